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

template <class R>
concept HasKey = requires(const R& record) { record.key(); };

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
    CHECK(copied.row().text == "b");
}

TEST_CASE("a record is its row and nothing more")
{
    using BookRecord = Record<Book, One>;
    STATIC_REQUIRE(sizeof(BookRecord) == sizeof(Book));
    STATIC_REQUIRE(std::is_base_of_v<Book, BookRecord>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<Record<Book, One>, Record<Book, Other>>);
    STATIC_REQUIRE(std::is_same_v<BookRecord::tenantry_scope, One>);
    STATIC_REQUIRE(std::is_same_v<BookRecord::row_type, Book>);

    BookRecord record{book()};
    CHECK(record.title == "a title");
    CHECK(&record.row() == static_cast<Book*>(&record));
    record.row().title = "another";
    CHECK(record.title == "another");
    const auto [id, author, editor, title] = std::move(record).row(); // as for any aggregate
    CHECK(title == "another");
    CHECK(id.value() == 7);
    CHECK_FALSE(editor);
}

TEST_CASE("its key is that of its row, and of its scope")
{
    const Record<Book, One> record{book()};
    const auto key = record.key();
    STATIC_REQUIRE(std::is_same_v<decltype(key), const Key<Book, One>>);
    CHECK(key.value() == 7);
    CHECK(key.incarnation() == 99);
    STATIC_REQUIRE(HasKey<Record<Book, One>>);
    STATIC_REQUIRE_FALSE(HasKey<Record<Word, One>>);
}

TEST_CASE("a member that points gives the key of what it points at")
{
    Record<Book, One> record{book()};
    const auto author = record.key<&Book::author>();
    STATIC_REQUIRE(std::is_same_v<decltype(author), const Key<Author, One>>);
    CHECK(author.value() == 3);
    CHECK(author.incarnation() == 99);

    CHECK_FALSE(record.key<&Book::editor>().has_value());
    record.editor = record.author;
    CHECK(record.key<&Book::editor>() == author);
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
    CHECK(lamp.row().key.value() == 6);
}

TEST_CASE("the key and the plain row of a record are asked for without its members, too")
{
    Record<Book, One> record{book()};
    STATIC_REQUIRE(std::is_same_v<decltype(key_of(record)), Key<Book, One>>);
    CHECK(key_of(record) == record.key());
    STATIC_REQUIRE(std::is_same_v<decltype(key_of<&Book::author>(record)), Key<Author, One>>);
    CHECK(key_of<&Book::author>(record) == record.key<&Book::author>());
    CHECK_FALSE(key_of<&Book::editor>(record).has_value());
    STATIC_REQUIRE(std::is_same_v<decltype(plain(record)), Book&>);
    STATIC_REQUIRE(std::is_same_v<decltype(plain(std::as_const(record))), const Book&>);
    CHECK(&plain(record) == &record.row());
    const Book moved = plain(std::move(record));
    CHECK(moved.title == "a title");
}
