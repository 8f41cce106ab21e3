"""Strict TOML: every mistake is one line that names file, block and field."""

import pytest

from langbias.errors import InvalidDataError
from langbias.packs.artifacts import ArtifactsFile
from langbias.packs.decode import decode_toml
from langbias.packs.loading import load_pack

RULE = """
[[rule]]
id = "x"
kind = "phrase"
message = "m"
source = "s"
any = ["ab"]
must_match = ["ab", "ab c"]
must_not_match = ["ac", "b a"]
"""


def test_a_sound_rule_is_read() -> None:
    assert decode_toml(RULE, ArtifactsFile, "f.toml").rule[0].id == "x"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (RULE + 'kindd = "x"\n', ["f.toml", "rule[x]", "kindd", "kind"]),
        (RULE.replace('"phrase"', '"magic"'), ["f.toml", "rule[x].kind", "magic"]),
        (RULE.replace('source = "s"\n', ""), ["f.toml", "rule[x]", "source"]),
        (RULE.replace('["ab"]', '"ab"'), ["f.toml", "rule[x].any", "array"]),
        (RULE.replace('"m"', '"e\u0301"'), ["f.toml", "rule[x].message", "NFC"]),
        (RULE.replace('"m"', '"a\u202eb"'), ["f.toml", "rule[x].message", "U+202E"]),
        (RULE.replace('"ab c"', '"\u0323 c"'), ["f.toml", "rule[x].must_match", "combining mark"]),
        ("[[rule", ["f.toml", "not valid TOML"]),
    ],
)
def test_mistakes_name_file_block_and_field(text: str, words: list[str]) -> None:
    with pytest.raises(InvalidDataError) as caught:
        decode_toml(text, ArtifactsFile, "f.toml")
    message = str(caught.value)
    assert "\n" not in message
    assert all(word in message for word in words), message


def test_a_language_is_found_through_its_parent() -> None:
    assert load_pack("ko-KR").language.tag == "ko"
    assert load_pack("pes").language.tag == "fa"
