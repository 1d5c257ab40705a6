// What must never become a tenant's name.
#pragma once

#include <string>
#include <vector>

namespace tenantry::test {

inline std::vector<std::string> bad_ids()
{
    using namespace std::string_literals;
    std::vector<std::string> ids{
        "",
        ".",
        "..",
        "../escape",
        "a/..",
        "/",
        "/etc",
        "a/b",
        "a\\b",
        "a.b",
        ".hidden",
        "-a",
        "--",
        "_a",
        "\0"s,
        "a\0"s,
        "a\0b"s,
        "Acme",
        "acmE",
        " a",
        "a ",
        "a\n",
        "a\tb",
        "a:b",
        "a*",
        "a%2e",
        "~",
        "$HOME",
        "a;b",
        "'",
        "\xd0\xb0"
        "cme",          // Cyrillic a
        "\xef\xbd\x81", // fullwidth a
        "caf\xc3\xa9",
        "a\xe2\x80\x8b", // zero width space
        "a\xcc\x81",     // combining accent
        "\xd9\xa1",      // Arabic-Indic one
        "\xff\xfe",      // no UTF-8 at all
        "\x7f",
        std::string(64, 'a'),
        std::string(100'000, 'a'),
        std::string(300, '/'),
    };
    for (int c = 0; c < 256; ++c) {
        const char byte = static_cast<char>(c);
        const bool fine =
            (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
        if (!fine) ids.push_back(std::string("a") + byte + 'z');
    }
    return ids;
}

} // namespace tenantry::test
