"""Whether somebody asks about a profile picture, as ten languages say it."""

import pytest

from bot.answering.avatars import asks_about_avatar


@pytest.mark.parametrize(
    "text",
    [
        "What is on @Ann's avatar?",
        "rate @Ann's PFP",
        "what's @Ann's profile  picture",
        "describe the picture on Ann's profile",
        "Was ist auf @Anns Profilbild?",
        "Beschreib das Profil-Foto von @Ann",
        "¿Qué hay en la foto de perfil de @Ann?",
        "describe las imágenes de su perfil",
        "Décris la photo de profil de @Ann",
        "c'est quoi la pdp de @Ann",
        "o que há na foto do perfil da @Ann",
        "descreve as imagens de perfil",
        "Что на аватарке у @Ann?",
        "оцени аву @Ann",
        "Опиши фотографию в профиле @Ann",
        "Що на аватарці @Ann?",
        "Опиши світлину її профілю",
        "@Annのアイコンは何?",
        "ｱﾊﾞﾀｰを説明して",
        "プロフィール画像を説明して",
        "@Ann的头像是什么",
        "描述一下@Ann的頭像",
        "ما الذي في صورة @Ann الشخصية؟",
        "صِفْ صورَةَ الملف الشخصي",
        "ما هو الأفاتار",
    ],
)
def test_words_for_a_profile_picture_are_understood(text: str) -> None:
    assert asks_about_avatar(text)


@pytest.mark.parametrize(
    "text",
    [
        "what is in this picture?",
        "tell me about @Ann's profile",
        "Was ist auf dem Bild von @Ann?",
        "¿qué hay en la foto de @Ann?",
        "la photo de @Ann, une photo de profilés",
        "что на картинке у @Ann? авария?",
        "Що на фото",
        "この写真は何",
        "这张图片是什么",
        "ما هذه الصورة",
        "",
    ],
)
def test_other_questions_about_pictures_are_not_taken_for_it(text: str) -> None:
    assert not asks_about_avatar(text)
