#include <tenantry/tenant/record.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <tenantry/query/detail/record_mark.hpp>

#include "support/catch.hpp"

using namespace tenantry;

namespace {

struct Author {
    Id<Author> id{};
    std::string name{};
};
struct Book {
    Id<Book> id{};
    Id<Author> author{};
    std::optional<Id<Author>> editor{};
    std::string title{};
};
struct Word {
    std::string text{};
};

// Members of the names that records have, or that have a meaning elsewhere in the library.
struct Setting {
    std::string key{};
    std::string value{};
    std::int64_t row{};
    std::int64_t row_type{};
    std::int64_t get{};
    bool form{};
    std::int64_t incarnation{};
};
struct Door {
    Id<Door> id{};
    std::optional<Id<Author>> key{};
    std::int64_t row{};
};
struct Lamp {
    Id<Lamp> key{};
    std::int64_t get{};
};

struct One {};
struct Other {};

Book book()
{
    Book made;
    made.id = detail::IdAccess::id<Book>(std::int64_t{7}, 99);
    made.author = detail::IdAccess::id<Author>(std::int64_t{3}, 99);
    made.title = "a title";
    return made;
}

} // namespace

TEST_CASE("a record of a row without an id has its tenant in eight bytes more, and is used as the row is")
{
    using WordRecord = Record<Word, One>;
    STATIC_REQUIRE(sizeof(WordRecord) == sizeof(Word) + sizeof(std::uint64_t));
    STATIC_REQUIRE(std::is_aggregate_v<WordRecord>);
    WordRecord record{Word{"a"}};
    auto& [text] = record;
    text = "b";
    CHECK(record.text == "b");
    const WordRecord copied = record;
    const auto& [same] = copied;
    CHECK(&same == &copied.text);
    auto [moved] = std::move(record);
    STATIC_REQUIRE(std::is_same_v<decltype(moved), std::string>);
    CHECK(moved == "b");
    CHECK(plain(copied).text == "b");
}

TEST_CASE("a record is its row and nothing more")
{
    using BookRecord = Record<Book, One>;
    STATIC_REQUIRE(sizeof(BookRecord) == sizeof(Book));
    STATIC_REQUIRE(std::is_base_of_v<Book, BookRecord>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<Record<Book, One>, Record<Book, Other>>);
    STATIC_REQUIRE(std::is_same_v<BookRecord::tenantry_scope, One>);
    STATIC_REQUIRE(std::is_same_v<BookRecord::tenantry_row, Book>);

    BookRecord record{book()};
    CHECK(record.title == "a title");
    CHECK(&plain(record) == static_cast<Book*>(&record));
    plain(record).title = "another";
    CHECK(record.title == "another");
    const auto [id, author, editor, title] = plain(std::move(record)); // as for any aggregate
    CHECK(title == "another");
    CHECK(id.value() == 7);
    CHECK_FALSE(editor);
}

TEST_CASE("its key is that of its row, and of its scope")
{
    const Record<Book, One> record{book()};
    const auto key = key_of(record);
    STATIC_REQUIRE(std::is_same_v<decltype(key), const Key<Book, One>>);
    CHECK(key.value() == 7);
    CHECK(key.incarnation() == 99);
}

TEST_CASE("a member that points gives the key of what it points at")
{
    Record<Book, One> record{book()};
    const auto author = key_of<&Book::author>(record);
    STATIC_REQUIRE(std::is_same_v<decltype(author), const Key<Author, One>>);
    CHECK(author.value() == 3);
    CHECK(author.incarnation() == 99);

    CHECK_FALSE(key_of<&Book::editor>(record).has_value());
    record.editor = record.author;
    CHECK(key_of<&Book::editor>(record) == author);
}

TEST_CASE("a row may have members of any name")
{
    using SettingRecord = Record<Setting, One>;
    STATIC_REQUIRE(sizeof(SettingRecord) == sizeof(Setting) + sizeof(std::uint64_t));
    STATIC_REQUIRE(std::is_aggregate_v<SettingRecord>);
    STATIC_REQUIRE(std::is_same_v<detail::declared_row_t<SettingRecord>, Setting>);
    STATIC_REQUIRE(std::is_same_v<detail::scope_of_t<SettingRecord>, One>);
    SettingRecord setting{};
    plain(setting) = Setting{"theme", "dark", 1, 2, 3, true, 4};
    CHECK(setting.key == "theme");
    CHECK(setting.row == 1);
    CHECK(setting.row_type == 2);
    CHECK(setting.get == 3);
    setting.key = "size";
    CHECK(plain(setting).key == "size");
    CHECK(&plain(setting) == static_cast<Setting*>(&setting));
    const auto& [key, value, row, row_type, get, form, incarnation] = setting;
    CHECK(&key == &setting.key);
    CHECK(get == 3);
    CHECK((value == "dark" && row == 1 && row_type == 2 && form && incarnation == 4));

    Record<Door, One> door{};
    STATIC_REQUIRE(sizeof door == sizeof(Door));
    door.id = detail::IdAccess::id<Door>(std::int64_t{5}, 99);
    door.key = book().author;
    door.row = 7;
    CHECK(key_of(door).value() == 5);
    CHECK(key_of<&Door::key>(door).value() == 3);
    CHECK(plain(door).row == 7);

    Record<Lamp, One> lamp{};
    lamp.key = detail::IdAccess::id<Lamp>(std::int64_t{6}, 99);
    STATIC_REQUIRE(std::is_same_v<decltype(key_of(lamp)), Key<Lamp, One>>);
    CHECK(key_of(lamp).value() == 6);
    CHECK(key_of<&Lamp::key>(lamp) == key_of(lamp));
    CHECK(plain(lamp).key.value() == 6);
}

TEST_CASE("the plain row of a record is a part of it, and is moved from with it")
{
    Record<Book, One> record{book()};
    STATIC_REQUIRE(std::is_same_v<decltype(plain(record)), Book&>);
    STATIC_REQUIRE(std::is_same_v<decltype(plain(std::as_const(record))), const Book&>);
    CHECK(&plain(record) == static_cast<Book*>(&record));
    const Book moved = plain(std::move(record));
    CHECK(moved.title == "a title");
}
