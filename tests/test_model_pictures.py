"""What the model client makes of a server that refuses the pictures: how many may be tried instead."""

import pytest

from bot.errors import ModelError, ModelTrouble
from tests.emulators.model import ModelEmulator, Script
from tests.model_world import JPEG, ask, says

T = ModelTrouble

BLIND = [
    (500, "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj"),
    (500, "image input is not supported by this server"),
    (400, "this model does not support image input (ref: b8bd630e)"),
    (400, "This model does not support images"),
    (400, "Model does not support images. Please use a model that does."),
    (404, "No endpoints found that support image input"),
    (400, "Invalid content type. image_url is only supported by certain models."),
    (
        400,
        "Validation error: This model doesn't support the image field for user messages. Remove image and try again.",
    ),
    (400, "Failed to deserialize: messages[1]: unknown variant `image_url`, expected `text` at line 1 column 200"),
    (422, "messages -> 0 -> content -> list[TextContentPart] -> 0 -> type: Input should be 'text'"),
    (404, "Only 'text' content type is supported."),
    (400, "qwen3-32b is not a multimodal model"),
    (400, "At most 0 image(s) may be provided in one prompt."),
    (400, "<400> InternalError.Algo.InvalidParameter: Unexpected item type in content."),
    (400, "'messages.1' : for 'role:user' the following must be satisfied[('messages.1.content' : must be a string)]"),
    (400, "multimodal input is not supported"),
]

MANY = [
    (400, "At most 1 image(s) may be provided in one request.", 1),
    (400, "At most 3 image(s) may be provided in one prompt. None", 3),
    (
        400,
        "You set image=2 (or defaulted to 1) in `--limit-mm-per-prompt`, but passed 4 image items in the same prompt.",
        2,
    ),
    (400, "Too many images in request. Max is 3.", 3),
    (400, "Too many images in request: 4 images provided, but the model supports a maximum of 3 images.", 3),
    (400, "request contains 4 images, exceeding the maximum of 2 allowed per request", 2),
    (500, "too many images in the message, max allowed is 3", 3),
    (400, "Too much media: 0 document pages + 4 images > 3", 3),
    (413, "Too many images provided. This model supports up to 3 images", 3),
    (400, "This model takes only one image per request: the number of images is 4", 1),
    (400, "Too many images", 1),
    (400, "Too many images: at most 90", 1),
]

HEAVY = [
    (413, "Request exceeds the maximum size"),
    (413, ""),
    (400, "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens"),
    (400, "The decoder prompt (length 9000) is longer than the maximum model length of 4096. [...] number of images"),
]

BAD = [
    (
        400,
        "The image length and width do not meet the model restrictions. [height:1 or width:1 must be larger than 10]",
    ),
    (400, "Exceeded limit on max bytes per data-uri item : 10485760'"),
    (400, "Multimodal file size is too large"),
    (400, "You uploaded an unsupported image. Please make sure your image is valid."),
    (400, "The image data you provided does not represent a valid image. Please check your input and try again."),
    (400, "Could not process image"),
    (400, "messages.0.content.1.image_url.url: Invalid url"),
    (400, "messages.8.content.1.image.source.base64.data: image dimensions exceed max allowed size: 2000 pixels"),
    (400, "'url' field must be a base64 encoded image."),
    (422, "absolute aspect ratio must be smaller than 200, got 300: failed to apply the processor on the image"),
    (400, "Failed to load image or audio file"),
    (500, "failed to process inputs: image: unknown format"),
    (500, "invalid image type: application/octet-stream"),
]


async def refusal(model: ModelEmulator, script: Script, *, pictures: int = 4) -> ModelError:
    model.reply_with(script)
    return (await ask(model, says("What is this?", *[JPEG] * pictures))).failure


@pytest.mark.parametrize(("status", "message"), BLIND)
async def test_a_model_without_eyes_is_asked_without_pictures(model: ModelEmulator, status: int, message: str) -> None:
    failure = await refusal(model, Script(status=status, message=message))

    assert (failure.trouble, failure.picture_limit, failure.picture_limit_lasts) == (T.PICTURES, 0, True)
    assert "MODEL_NAME" in str(failure)
    assert "can't look at pictures" in failure.person
    assert len(model.calls) == 1


@pytest.mark.parametrize(("status", "message", "limit"), MANY)
async def test_the_number_that_a_server_names_is_found(
    model: ModelEmulator, status: int, message: str, limit: int
) -> None:
    failure = await refusal(model, Script(status=status, message=message))

    assert (failure.trouble, failure.picture_limit, failure.picture_limit_lasts) == (T.PICTURES, limit, True)
    assert "PICTURE_PER_REQUEST" in str(failure)
    assert len(model.calls) == 1


@pytest.mark.parametrize(("status", "message"), HEAVY)
async def test_what_is_too_large_with_many_pictures_is_tried_with_one(
    model: ModelEmulator, status: int, message: str
) -> None:
    failure = await refusal(model, Script(status=status, message=message))

    assert (failure.trouble, failure.picture_limit, failure.picture_limit_lasts) == (T.PICTURES, 1, False)


@pytest.mark.parametrize(("status", "message"), BAD)
async def test_a_picture_that_is_no_good_is_no_rule_for_the_next_one(
    model: ModelEmulator, status: int, message: str
) -> None:
    failure = await refusal(model, Script(status=status, message=message))

    assert (failure.trouble, failure.picture_limit, failure.picture_limit_lasts) == (T.PICTURES, 0, False)


@pytest.mark.parametrize("pictures", [1, 2, 4])
@pytest.mark.parametrize(("status", "message"), [*BLIND, *((s, m) for s, m, _ in MANY), *BAD, (413, "")])
async def test_fewer_pictures_than_before_are_proposed_always(
    model: ModelEmulator, status: int, message: str, pictures: int
) -> None:
    failure = await refusal(model, Script(status=status, message=message), pictures=pictures)

    assert failure.picture_limit is not None
    assert 0 <= failure.picture_limit < pictures


async def test_a_proxy_that_refuses_the_size_with_a_page_is_understood(model: ModelEmulator) -> None:
    page = "<html><head><title>413 Request Entity Too Large</title></head></html>"

    assert (await refusal(model, Script(status=413, body=page))).picture_limit == 1
    assert (await refusal(model, Script(status=413, body=page), pictures=1)).picture_limit == 0


@pytest.mark.parametrize(
    "error",
    ["Model does not support images. Please use a model that does.", {"message": "no image input", "code": 404}],
)
async def test_a_refusal_inside_of_a_stream_is_understood_too(model: ModelEmulator, error: object) -> None:
    if isinstance(error, dict):
        error["message"] = "No endpoints found that support image input"
    failure = await refusal(model, Script(pieces=(), error_after=0, error={"error": error}))

    assert (failure.trouble, failure.picture_limit) == (T.PICTURES, 0)
    assert len(model.calls) == 1


@pytest.mark.parametrize(
    ("status", "message", "trouble"),
    [
        (400, "Your image was flagged by the content policy (image_content_policy_violation)", T.BLOCKED),
        (404, "The model `my-image-model` does not exist", T.NOT_FOUND),
        (400, "Invalid API key: not allowed to use image models", T.KEY),
        (500, "The image service has failed. Please try again.", T.UNAVAILABLE),
        (503, "The number of images in the queue exceeds the limit", T.UNAVAILABLE),
        (429, "Too many images per minute", T.BUSY),
        (400, "temperature: Expected number", T.INVALID),
    ],
)
async def test_other_refusals_of_requests_with_pictures_stay_what_they_are(
    model: ModelEmulator, status: int, message: str, trouble: ModelTrouble
) -> None:
    failure = await refusal(model, Script(status=status, message=message))

    assert (failure.trouble, failure.picture_limit) == (trouble, None)


async def test_without_pictures_nothing_is_about_pictures(model: ModelEmulator) -> None:
    for script, trouble in (
        (Script(status=413), T.TOO_LARGE),
        (Script(status=400, message="Too many images"), T.TOO_LARGE),
        (Script(status=400, message="maximum context length is 4096 tokens"), T.TOO_LARGE),
        (Script(status=400, message="does not support image input"), T.INVALID),
    ):
        failure = await refusal(model, script, pictures=0)
        assert (failure.trouble, failure.picture_limit) == (trouble, None)


async def test_too_many_words_beside_a_single_picture_are_not_its_fault(model: ModelEmulator) -> None:
    message = "maximum context length is 4096 tokens"

    assert (await refusal(model, Script(status=400, message=message), pictures=1)).trouble is T.TOO_LARGE
