#include <tenantry/tenant/record.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

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
