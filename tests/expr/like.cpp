// like, glob, contains, starts_with, ends_with
#include "query/database.hpp"

using namespace query_tests;

namespace {

// Jobs of some modules, with costs from 1.
struct Modules : Database {
    explicit Modules(std::initializer_list<const char*> modules)
    {
        std::int64_t cost = 0;
        const auto owner = run(insert(User{}));
        for (const char* module : modules) {
            Job made = job(++cost, module);
            made.owner = owner;
            run(insert(made));
        }
    }

    template <class E>
    std::int64_t costs(const E& condition)
    {
        std::int64_t all = 0;
        for (const std::int64_t cost :
             run(select(col<&Job::cost>).where(condition).order_by(col<&Job::cost>)))
            all = all * 10 + cost;
        return all;
    }
};

} // namespace

TEST_CASE("patterns read as they are written")
{
    const auto module = col<&Job::module>;
    CHECK(condition(like(module, "a%")) == R"("module" LIKE ?)");
    CHECK(condition(like(module, "a\\%", escape<>)) == R"("module" LIKE ? ESCAPE '\')");
    CHECK(condition(like(module, col<&Job::note>, escape<'!'>)) == R"("module" LIKE "note" ESCAPE '!')");
    CHECK(condition(glob(module, "a*")) == R"("module" GLOB ?)");
    CHECK(condition(contains(module, "a")) == R"("module" LIKE ? ESCAPE '\')");
    CHECK(condition(!starts_with(module, "a") && ends_with(module, std::string("b"))) ==
          R"(NOT "module" LIKE ? ESCAPE '\' AND "module" LIKE ? ESCAPE '\')");
    CHECK(condition(starts_with(concat(module, "x"), "a") == true) ==
          R"("module" || ? LIKE ? ESCAPE '\' = ?)");
    static_assert(std::same_as<decltype(contains(col<&Job::note>, "a"))::value_type, std::optional<bool>>);
    static_assert(std::same_as<decltype(glob(module, "a"))::value_type, bool>);
}

TEST_CASE("patterns choose rows")
{
    Modules db{"100%", "1000", "a_b", "axb", "A_B", "a[1]", "a*c\\"};
    const auto module = col<&Job::module>;
    CHECK(db.costs(like(module, "100%")) == 12);
    CHECK(db.costs(like(module, "100!%", escape<'!'>)) == 1);
    CHECK(db.costs(like(module, like_escape("100%"), escape<>)) == 1);
    CHECK(db.costs(like(module, "a_b")) == 345);
    CHECK(db.costs(like(module, like_escape("a_", '!') + "%", escape<'!'>)) == 35);
    CHECK(db.costs(glob(module, "a?b")) == 34);
    CHECK(db.costs(glob(module, "a*")) == 3467);
    CHECK(db.costs(glob(module, glob_escape("a*") + "*")) == 7);
    CHECK(db.costs(glob(module, glob_escape("a[1]"))) == 6);
    CHECK(db.costs(glob(module, "a[x_]b")) == 34);
}

TEST_CASE("a text of the user's is looked for as it is")
{
    Modules db{"100%", "1000", "a_b", "axb", "A_B", "a[1]", "a*c\\"};
    const auto module = col<&Job::module>;
    CHECK(db.costs(contains(module, "0%")) == 1);
    CHECK(db.costs(contains(module, "_")) == 35);
    CHECK(db.costs(contains(module, "")) == 1234567);
    CHECK(db.costs(starts_with(module, "a_")) == 35);
    CHECK(db.costs(starts_with(module, "a[")) == 6);
    CHECK(db.costs(ends_with(module, "\\")) == 7);
    CHECK(db.costs(ends_with(module, "%")) == 1);
    const std::string text = "X";
    CHECK(db.costs(contains(module, text)) == 4);
    CHECK(db.costs(contains(module, std::string_view("*"))) == 7);
    CHECK(db.run(own(select(col<&Job::cost>).where(contains(module, text)))) == std::vector<std::int64_t>{4});
    CHECK(db.fails(select<Job>().where(contains(module, std::string_view("a\0b", 3)))) ==
          errc::invalid_argument);
}

TEST_CASE("a text with a NUL character is refused wherever SQLite would read it to there")
{
    Modules db{"ab", "b"};
    const auto module = col<&Job::module>;
    const std::string_view text("a\0b", 3);
    const auto refused = [&](const auto& condition) {
        const Error error = db.fails(select<Job>().where(condition));
        CHECK(error == errc::invalid_argument);
        CHECK(error.message().find("NUL") != std::string_view::npos);
    };
    refused(contains(module, text));
    refused(starts_with(module, text));
    refused(ends_with(module, text));
    refused(like(module, text));
    refused(like(module, std::string(text)));
    refused(like(module, like_escape(text) + "%", escape<>));
    refused(!like(module, text, escape<'!'>));
    refused(glob(module, text));
    refused(glob(module, glob_escape(text)));
    refused(json_extract<int>(module, text) == 1);
    refused(is_null(json_type(module, std::string(text))));
    refused(strftime(text, col<&Job::created_at>) == "a");
    CHECK(db.fails(own(select<Job>().where(glob(module, text)))) == errc::invalid_argument);
    CHECK(db.costs(instr(module, text) > 0) == 0);
    CHECK(db.costs(instr(module, "b") > 0) == 12);
}

TEST_CASE("a text that is too long for a pattern is said to be")
{
    Modules db{"ab", "b"};
    const auto module = col<&Job::module>;
    const std::string text(70000, 'a');
    const auto refused = [&](const auto& condition) {
        const Error error = db.fails(select<Job>().where(condition));
        CHECK(error == errc::too_big);
        CHECK(error.message().find("instr()") != std::string_view::npos);
    };
    refused(contains(module, text));
    refused(starts_with(module, std::string(30000, '%')));
    refused(ends_with(module, text));
    refused(like(module, text));
    refused(glob(module, text));
    CHECK(db.costs(contains(module, std::string_view(text).substr(0, 40000))) == 0);
    CHECK(db.costs(instr(module, text) > 0) == 0);
}
