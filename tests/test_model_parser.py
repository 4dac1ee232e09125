"""The parser alone, on everything that a network and a server can do to a stream."""

from collections import deque

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.model.errors import About
from adapters.model.sse import EventTooLong, SseDecoder
from adapters.model.stream import AnswerParser
from bot.errors import ModelError
from bot.ports.model import ModelEvent, TextDelta
from tests.emulators.model import Script
from tests.emulators.model_script import paced

_RECORDED = paced(
    Script(
        pieces=("Grüße", " 😀", " \ud83d", "\ude00", "\n\n", "🇩🇪 end"),
        reasoning=("hm 🤔",),
        comments=True,
        tool_calls=({"index": 0, "id": "c", "type": "function", "function": {"name": "n", "arguments": "{}"}},),
    ),
    with_usage=True,
)
_RAW_UTF8 = 'data: {"choices":[{"delta":{"content":"ünï😀"}}]}\r\n\r\ndata:\r\n\r\n'.encode()


def _stream(line_end: bytes) -> bytes:
    ascii_part = b"".join((_RECORDED.opening, *_RECORDED.pieces, _RECORDED.ending))
    return _RAW_UTF8 + ascii_part.replace(b"\n", line_end)


def _parse(packets: list[bytes]) -> list[ModelEvent]:
    parser = AnswerParser(About(request_id="r", key=None, prompt=()))
    events: list[ModelEvent] = []
    for packet in packets:
        events += parser.feed(packet)
    events += parser.close()
    parser.check()
    return _joined([*events, parser.finished({})])


def _joined(events: list[ModelEvent]) -> list[ModelEvent]:
    joined: list[ModelEvent] = []
    for event in events:
        if isinstance(event, TextDelta) and joined and isinstance(joined[-1], TextDelta):
            joined[-1] = TextDelta(joined[-1].text + event.text)
        else:
            joined.append(event)
    return joined


@given(data=st.data(), line_end=st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_a_stream_reads_the_same_however_the_network_cuts_it(data: st.DataObject, line_end: bytes) -> None:
    stream = _stream(line_end)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=60)))
    packets = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

    assert _parse(packets) == _parse([stream])


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_a_stream_reads_the_same_byte_by_byte(line_end: bytes) -> None:
    stream = _stream(line_end)

    assert _parse([stream[n : n + 1] for n in range(len(stream))]) == _parse([stream])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "choices",
                        "delta",
                        "message",
                        "content",
                        "finish_reason",
                        "usage",
                        "meta",
                        "error",
                        "tool_calls",
                        "function",
                        "index",
                        "model",
                        "code",
                        "prompt_tokens_details",
                        "refusal",
                        "reasoning",
                    ]
                ),
                x,
            )
        ),
    )
)
def test_no_json_whatever_makes_the_parser_fail_in_its_own_way(payload: object) -> None:
    parser = AnswerParser(About(request_id="r", key=None, prompt=()))
    try:
        text = orjson.dumps(payload)
    except orjson.JSONEncodeError:
        return

    parser.feed(b"data: " + text + b"\n\n")
    parser.feed(b"data: " + orjson.dumps({"choices": [payload]}, option=orjson.OPT_NON_STR_KEYS) + b"\n\n")
    parser.feed(
        b"data: " + orjson.dumps({"choices": [{"delta": payload}], "usage": payload, "meta": payload}) + b"\n\n"
    )
    parser.close()
    parser.finished({})


def test_an_event_of_many_lines_without_end_is_refused() -> None:
    decoder = SseDecoder()
    line = b"data: " + b"x" * 1000 + b"\n"

    with pytest.raises(EventTooLong):
        deque(map(decoder.feed, [line] * 2000), maxlen=0)


_HUGE = b"9" * 5000


@pytest.mark.parametrize(
    "data",
    [
        b'{"error":{"message":"no","code":"' + _HUGE + b'"}}',
        b'{"error":' * 900 + b"1" + b"}" * 900,
        b'{"error":{"a":"\\ud800"}}',
        b'{"choices":[{"delta":{"tool_calls":[{"index":' + _HUGE[:400] + b',"id":"\\ud800"}]}}]}',
        b'{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":{"a":"\\ud800"}}}]}}]}',
        b'{"choices":[{"delta":{"content":"\\ud800 a"}}],"usage":{"prompt_tokens":' + _HUGE[:400] + b',"cost":1e300}}',
    ],
)
def test_numbers_and_texts_beyond_all_measure_end_in_an_error_of_the_model(data: bytes) -> None:
    with pytest.raises(ModelError):
        _parse([b"data: " + data + b"\n\n"])
