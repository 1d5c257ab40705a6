// length, lower, upper, trim, substr, replace, instr, unicode, char_, hex
#include "query/database.hpp"

using namespace query_tests;

TEST_CASE("functions of texts read as they are written")
{
    const auto module = col<&Job::module>;
    CHECK(selected(length(module)) == R"(length("module"))");
    CHECK(selected(lower(upper(module))) == R"(lower(upper("module")))");
    CHECK(selected(trim(module)) == R"(trim("module"))");
    CHECK(selected(ltrim(module, "m")) == R"(ltrim("module", ?))");
    CHECK(selected(rtrim(module, "k")) == R"(rtrim("module", ?))");
    CHECK(selected(substr(module, 2)) == R"(substr("module", ?))");
    CHECK(selected(substr(module, 2, length(module) - 1)) == R"(substr("module", ?, length("module") - ?))");
    CHECK(selected(replace(module, "a", col<&Job::note>)) == R"(replace("module", ?, "note"))");
    CHECK(selected(instr(module, "i")) == R"(instr("module", ?))");
    CHECK(selected(unicode(module)) == R"(unicode("module"))");
    CHECK(selected(char_(col<&Job::cost> + 64, 66)) == R"(char("cost" + ?, ?))");
    CHECK(selected(hex(module)) == R"(hex("module"))");
}

TEST_CASE("functions of texts are computed")
{
    Filled db;
    const auto of = [&](const auto& expression) {
        return db.run(one(select(expression).where(col<&Job::cost> == 2)));
    };
    const auto module = col<&Job::module>;
    CHECK(of(length(module)) == 4);
    CHECK(of(length(concat(module, "\xc3\xbc"))) == 5);
    CHECK(of(upper(module)) == "MAIL");
    CHECK(of(lower(upper(module))) == "mail");
    CHECK(of(trim(concat("  ", concat(module, " ")))) == "mail");
    CHECK(of(trim(module, "ml")) == "ai");
    CHECK(of(ltrim(module, "ml")) == "ail");
    CHECK(of(rtrim(module, "ml")) == "mai");
    CHECK(of(substr(module, 2)) == "ail");
    CHECK(of(substr(module, -2, 1)) == "i");
    CHECK(of(substr(module, 9)) == "");
    CHECK(of(replace(module, "ai", "oo")) == "mool");
    CHECK(of(instr(module, "il")) == 3);
    CHECK(of(instr(module, "IL")) == 0);
    CHECK(of(unicode(module)) == 'm');
    CHECK(of(char_(col<&Job::cost> + 64, 0x20ac)) == "B\xe2\x82\xac");
    CHECK(of(hex(module)) == "6D61696C");
}

TEST_CASE("NULL in, NULL out, and nowhere else")
{
    static_assert(std::same_as<decltype(length(col<&Job::module>))::value_type, std::int64_t>);
    static_assert(std::same_as<decltype(length(col<&Job::note>))::value_type, std::optional<std::int64_t>>);
    static_assert(std::same_as<decltype(lower(col<&Job::note>))::value_type, std::optional<std::string>>);
    static_assert(std::same_as<decltype(replace(col<&Job::module>, "", col<&Job::note>))::value_type,
                               std::optional<std::string>>);
    static_assert(std::same_as<decltype(hex(col<&Job::note>))::value_type, std::string>);
    static_assert(
        std::same_as<decltype(unicode(col<&Job::module>))::value_type, std::optional<std::int64_t>>);
    Filled db;
    const auto of = [&](const auto& expression) {
        return db.run(one(select(expression).where(col<&Job::cost> == 1)));
    };
    CHECK(of(length(col<&Job::note>)) == std::nullopt);
    CHECK(of(upper(col<&Job::note>)) == std::nullopt);
    CHECK(of(replace(col<&Job::module>, "a", col<&Job::note>)) == std::nullopt);
    CHECK(of(hex(col<&Job::note>)) == "");
    CHECK(of(unicode(substr(col<&Job::module>, 9))) == std::nullopt);
    CHECK(of(substr(col<&Job::note>, 1)) == std::nullopt);
}

TEST_CASE("blobs have a length, parts and digits")
{
    Database db;
    User user;
    user.picture = {std::byte{1}, std::byte{0xab}, std::byte{0}};
    db.run(insert(user));
    user.picture.clear();
    db.run(insert(user));
    const auto picture = col<&User::picture>;
    static_assert(
        std::same_as<decltype(substr(picture, 1))::value_type, std::optional<std::vector<std::byte>>>);
    CHECK(db.run(select(length(picture), hex(picture), substr(picture, 2, 1)).order_by(col<&User::id>)) ==
          std::vector{
              std::tuple(std::int64_t{3}, std::string("01AB00"), std::optional(std::vector{std::byte{0xab}})),
              std::tuple(std::int64_t{0}, std::string(), std::optional<std::vector<std::byte>>())});
}
