// A query owns its values: what it was made of may be gone before it runs.
#include "query/database.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <tenantry/query/detail/temporaries.hpp>

using namespace query_tests;

namespace {

const std::string mail = "the module of mails, by a name that no string stores in place";

struct Mails : Filled {
    Mails()
    {
        Job job;
        job.owner = ann;
        job.module = mail;
        job.note = mail;
        run(insert(job));
    }
};

// Each of these is made of values that have ended when it is returned.
auto by_local()
{
    const std::string text = mail;
    return select<Job>().where(col<&Job::module> == text);
}
auto by_parameter(const std::string& text) { return select<Job>().where(col<&Job::module> == text); }
auto by_buffer()
{
    char text[100]{};
    std::snprintf(text, sizeof text, "%s", mail.c_str());
    return select<Job>().where(col<&Job::module> == text);
}
auto by_list()
{
    const std::vector<std::string> texts{"fax", mail};
    return select<Job>().where(in(col<&Job::module>, texts));
}
auto by_values()
{
    const std::string one = "fax", other = mail;
    return select<Job>().where(in(col<&Job::module>, one, other));
}
auto by_optional()
{
    const std::optional<std::string> note = mail;
    return select<Job>().where(is(col<&Job::note>, note));
}
auto by_pattern()
{
    const std::string pattern = mail.substr(0, 30) + "%";
    return select<Job>().where(like(col<&Job::module>, pattern));
}
auto by_part()
{
    const std::string part = mail.substr(4, 30);
    return select<Job>().where(contains(col<&Job::module>, part));
}
auto by_coalesce()
{
    const std::string nothing = mail;
    return select<Job>().where(coalesce(col<&Job::note>, nothing) == nothing &&
                               concat(col<&Job::module>, nothing) == nothing + nothing);
}
auto by_case()
{
    const std::string yes = mail, no(100, 'n');
    return select<Job>().where(case_().when(col<&Job::module> == yes, yes).otherwise(no) == yes);
}
auto by_filter(const std::string& title)
{
    struct Filter {
        std::optional<std::string> module{};
    };
    const Filter filter{title};
    return select<Job>().where(
        when(filter.module, [](const std::string& module) { return col<&Job::module> == module; }) &&
        when(true, col<&Job::note> == title));
}
auto by_temporary_filter()
{
    struct Filter {
        std::optional<std::string> module{};
    };
    return select<Job>().where(
        when(Filter{mail}.module, [](std::string_view module) { return col<&Job::module> == module; }));
}
auto by_any_of()
{
    const std::vector<std::string> texts{"fax", mail};
    return select<Job>().where(
        any_of(texts, [](std::string_view text) { return col<&Job::module> == text; }));
}
auto by_subquery()
{
    const std::string text = mail;
    return select<Job>().where(in(col<&Job::id>, select(col<&Job::id>).where(col<&Job::module> == text)));
}
auto by_union()
{
    const std::string text = mail;
    return select<Job>()
        .where(col<&Job::module> == text)
        .union_all(select<Job>().where(col<&Job::note> == text && col<&Job::module> != text));
}

} // namespace

TEST_CASE("a query outlives the values that it was made of")
{
    Mails db;
    CHECK(db.run(by_local()).size() == 1);
    const auto by_temporary = by_parameter(std::string(mail));
    CHECK(db.run(by_temporary).size() == 1);
    CHECK(db.run(by_buffer()).size() == 1);
    CHECK(db.run(by_list()).size() == 1);
    CHECK(db.run(by_values()).size() == 1);
    CHECK(db.run(by_optional()).size() == 1);
    CHECK(db.run(by_pattern()).size() == 1);
    CHECK(db.run(by_part()).size() == 1);
    CHECK(db.run(by_coalesce()).size() == 1);
    CHECK(db.run(by_case()).size() == 1);
    const auto filtered = by_filter(std::string(mail));
    CHECK(db.run(filtered).size() == 1);
    CHECK(db.run(by_temporary_filter()).size() == 1);
    CHECK(db.run(by_any_of()).size() == 1);
    CHECK(db.run(by_subquery()).size() == 1);
    CHECK(db.run(by_union()).size() == 1);
}

namespace {

auto set_of_locals()
{
    const std::string module(40, 'm');
    const std::optional<std::string> note = std::string(40, 'n');
    return update<Job>()
        .set(col<&Job::module> = module, col<&Job::note> = note)
        .where(col<&Job::module> == mail);
}
auto set_of_patch()
{
    struct Patch {
        std::optional<std::string> module{};
        std::optional<std::optional<std::string>> note{};
    };
    const Patch patch{std::string(40, 'm'), std::optional(std::string(40, 'n'))};
    return update<Job>()
        .set(when(patch.module, col<&Job::module>), when(patch.note, col<&Job::note>))
        .where(col<&Job::module> == mail);
}
auto set_of_temporary_patch()
{
    return update<Job>()
        .set(when(std::optional(std::string(40, 'm')), col<&Job::module>))
        .where(col<&Job::module> == mail);
}
auto inserted_values()
{
    const std::string text(40, 'k');
    return insert<Setting>().set(col<&Setting::key> = text, col<&Setting::value> = text,
                                 col<&Setting::updated_at> = Timestamp());
}
auto removed_by_key()
{
    const std::string text(40, 'k');
    return remove<Setting>(text);
}
auto raw()
{
    const std::string text = mail;
    return one(sql<"select count(*) from job where module = ?", std::int64_t>(text));
}
auto raw_by_name()
{
    const std::string text = mail;
    const auto named = [&] {
        const std::string copy = text;
        return arg<"module">(copy);
    }();
    return one(sql<"select count(*) from job where module = :module", std::int64_t>(named));
}
auto painted()
{
    const std::vector<std::byte> bytes(100, std::byte{5});
    return update<User>().set(col<&User::picture> = bytes).all_rows();
}
auto painted_by_array()
{
    const std::array<std::byte, 40> bytes{};
    return update<User>().set(col<&User::picture> = bytes).all_rows();
}

} // namespace

TEST_CASE("statements that change something outlive the values that they were made of")
{
    Mails db;
    CHECK(db.run(raw()) == 1);
    CHECK(db.run(raw_by_name()) == 1);
    const auto changed = select(count()).from(table<Job>).where(col<&Job::module> == std::string(40, 'm'));
    CHECK(db.run(set_of_locals()) == 1);
    CHECK(db.run(one(changed)) == 1);
    db.run(update<Job>().set(col<&Job::module> = mail).where(col<&Job::module> == std::string(40, 'm')));
    CHECK(db.run(set_of_patch()) == 1);
    CHECK(db.run(one(changed)) == 1);
    db.run(update<Job>().set(col<&Job::module> = mail).where(col<&Job::module> == std::string(40, 'm')));
    CHECK(db.run(set_of_temporary_patch()) == 1);
    CHECK(db.run(one(changed)) == 1);
    db.run(inserted_values());
    CHECK(db.run(removed_by_key()) == 1);
    CHECK(db.run(painted()) == 2);
    CHECK(db.run(first(select(col<&User::picture>))) == std::vector<std::byte>(100, std::byte{5}));
    CHECK(db.run(painted_by_array()) == 2);
    CHECK(db.run(first(select(col<&User::picture>))) == std::vector<std::byte>(40));
}

namespace {

auto page_after_local_row()
{
    const auto all = select<Setting>().order_by(col<&Setting::key>);
    Setting row;
    row.key = std::string(40, 'b');
    return page_after(all, row);
}
auto page_after_local_keys()
{
    const std::string key(40, 'b');
    return page_after_keys(select<Setting>().order_by(desc(col<&Setting::key>)), key);
}

} // namespace

TEST_CASE("pages outlive the row and the keys that they come after")
{
    Filled db;
    for (const char c : {'a', 'b', 'c', 'd'})
        db.run(insert(Setting{.key = std::string(40, c), .value = "v", .updated_at = {}}));
    CHECK(db.run(page_after_local_row()).size() == 2);
    CHECK(db.run(page_after_local_keys()).size() == 1);
}

namespace {

template <class V>
inline constexpr bool stays_view =
    std::same_as<decltype(detail::make_parameter<std::string>(std::declval<V>()).value), std::string_view>;

} // namespace

TEST_CASE("views stay views, by whatever name, and borrowed() makes them")
{
    STATIC_REQUIRE(!stays_view<std::string&>);
    STATIC_REQUIRE(!stays_view<const std::string&>);
    STATIC_REQUIRE(!stays_view<std::string>);
    STATIC_REQUIRE(!stays_view<char(&)[10]>);
    STATIC_REQUIRE(stays_view<const char(&)[10]>);
    STATIC_REQUIRE(stays_view<const char*>);
    STATIC_REQUIRE(stays_view<char*&>);
    STATIC_REQUIRE(stays_view<std::string_view>);
    STATIC_REQUIRE(stays_view<const std::string_view&>);

    STATIC_REQUIRE(std::same_as<decltype(borrowed(std::declval<std::vector<std::byte>&>())),
                                std::span<const std::byte>>);
    STATIC_REQUIRE(std::same_as<decltype(borrowed(std::declval<std::optional<std::string>&>())),
                                std::optional<std::string_view>>);
    STATIC_REQUIRE(std::same_as<decltype(borrowed(std::string_view())), std::string_view>);

    Filled db;
    const std::string text(100, 'x');
    const std::optional<std::string> note(text);
    const std::vector<std::byte> bytes(20, std::byte{7});
    const auto query = select<Job>().where(col<&Job::module> == borrowed(text));
    CHECK(detail::pack_get<1>(detail::pack_get<1>(query.clauses).condition.args).value.data() == text.data());
    CHECK(db.run(update<Job>().set(col<&Job::note> = borrowed(note)).where(col<&Job::cost> == 1)) == 1);
    CHECK(db.run(select<Job>().where(is(col<&Job::note>, borrowed(note)))).size() == 1);
    CHECK(db.run(update<User>().set(col<&User::picture> = borrowed(bytes)).all_rows()) == 2);
}

namespace {

struct Address {
    std::string street{};
};

template <class T>
T copy_of(const T& value)
{
    return value;
}

template <class V>
inline constexpr bool is_refused_value =
    detail::is_of_temporary<decltype(detail::make_parameter<std::remove_cvref_t<V>>(std::declval<V>()))>();

// Whether a query in which it is a condition is refused in a co_await expression, without a name.
template <class Condition>
constexpr bool is_refused_in(const Condition& condition)
{
    using Query = decltype(select<Job>().where(condition));
    using Inside = decltype(select<Job>().where(in(col<&Job::id>, select(col<&Job::id>).where(condition))));
    static_assert(detail::is_of_temporary<Query>() == detail::is_of_temporary<Inside>());
    return detail::is_of_temporary<Query>();
}

} // namespace

TEST_CASE("a query knows that it was made of what the compiler destroys twice")
{
    constexpr bool broken = detail::coroutine_temporaries_broken;
    STATIC_REQUIRE(is_refused_value<Address> == broken);
    STATIC_REQUIRE(!is_refused_value<Address&>);
    STATIC_REQUIRE(!is_refused_value<std::string>);
    STATIC_REQUIRE(!is_refused_value<std::optional<std::int64_t>>);

    const std::array<std::string, 2> texts{mail, mail};
    const std::optional<std::string> wanted(mail);
    const auto captures = [text = mail](const std::string& value) {
        return col<&Job::module> == value + text;
    };
    const auto refers = [&](const std::string& value) { return col<&Job::module> == value + mail; };
    CHECK(is_refused_in(in(col<&Job::module>, std::array(texts))) == broken);
    CHECK(is_refused_in(in(std::tuple(col<&Job::module>, col<&Job::cost>),
                           std::array{std::tuple(mail, 1), std::tuple(mail, 2)})) == broken);
    CHECK(is_refused_in(when(wanted, copy_of(captures))) == broken);
    CHECK(is_refused_in(any_of(texts, copy_of(captures)) && col<&Job::cost> > 1) == broken);
    CHECK(is_refused_in(when(true, all_of(std::array(texts), refers)) || col<&Job::cost> > 1) == broken);
    CHECK_FALSE(is_refused_in(in(col<&Job::module>, texts)));
    CHECK_FALSE(is_refused_in(in(col<&Job::module>, std::vector<std::string>(2, mail))));
    CHECK_FALSE(is_refused_in(when(wanted, captures) && any_of(texts, refers)));

    // They find what they say.
    Mails db;
    CHECK(
        db.run(select<Job>().where(in(col<&Job::module>, std::array<std::string, 2>{mail, "fax"}))).size() ==
        1);
    CHECK(db.run(select<Job>().where(when(std::optional(std::string()), copy_of(captures)) &&
                                     any_of(std::array<std::string, 2>{"", "x"}, copy_of(captures))))
              .size() == 1);
    const auto change = [text = mail](std::int64_t cost) { return col<&Job::cost> = cost; };
    CHECK(db.run(update<Job>()
                     .set(when(std::optional<std::int64_t>(9), copy_of(change)))
                     .where(col<&Job::module> == mail)) == 1);
}
