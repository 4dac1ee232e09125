"""Whether somebody asks about a profile picture, in ten languages. Pure."""

import re
import unicodedata

_NEAR = r"(?: [^ ]+){0,3} "
"""Up to three words between: "foto de su perfil", "picture on Ann's profile"."""

_WORDS = (
    # The same stem in English, German, Spanish, French and Portuguese, with whatever endings.
    r"avatar",
    # English
    r"\bpfps?\b",
    r"\bprofile[ -]?(?:pic|photo|image|icon)",
    rf"\b(?:pic|picture|photo|image)s?{_NEAR}profile\b",
    r"\bdisplay picture",
    # German
    r"\b(?:profil|anzeige)[ -]?(?:bild|foto|photo)",
    # Spanish and Portuguese
    rf"\b(?:fotos?|imagen|imagenes|imagem|imagens){_NEAR}perfil\b",
    # French
    rf"\b(?:photo|image)s?{_NEAR}profil\b",
    r"\bpdp\b",
    # Russian and Ukrainian
    r"аватар",
    r"\bав(?:а|у|е|ка|ки|ку|ке|ці|атка|атку)\b",
    rf"\b(?:фот|картин|изображен|зображен|світлин)\w*{_NEAR}проф[иі]л",
    r"\bпрофільн\w+ (?:фот|зображен|світлин)",
    # Japanese
    r"アバター|アイコン|プロフィール(?:の)?(?:画像|写真|絵)|プロフ(?:の)?(?:画|写真)|プロ画",
    # Chinese, both scripts
    r"头像|頭像|大头[贴照]|大頭[貼照]|(?:个人资料|個人資料|個人檔案)的?(?:照片|图片|圖片|相片)|(?:个人|個人)(?:照片|相片)",
    # Arabic
    rf"[اأ]فاتار|\bصور[ةهت]\w*{_NEAR}(?:ال)?(?:شخصي|رمزي|بروفا?ي?ل|ملف|حساب)",
)


def asks_about_avatar(text: str) -> bool:
    """Whether a text speaks of a profile picture, with or without accents.

    In English, German, Spanish, French, Portuguese, Russian, Ukrainian, Japanese, Chinese and Arabic.
    Whose it is, the text's mentions tell.
    """
    return _ASKS.search(_plain(text)) is not None


def _plain(text: str) -> str:
    """Lower case, one form per letter, no accents, single blanks."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[^\S ]+| {2,}", " ", "".join(letter for letter in letters if unicodedata.category(letter) != "Mn"))


_ASKS = re.compile(_plain("|".join(_WORDS)))
