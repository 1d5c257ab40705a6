#include "slots/csv.hpp"

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

using slots::CsvReader;

namespace {

// What came of one record, or a problem with it.
struct Seen {
    std::uint64_t line = 0;
    std::vector<std::string> fields{};
    std::string problem{};
    bool cut = false;

    friend bool operator==(const Seen&, const Seen&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Seen& seen)
    {
        out << seen.line << ':';
        for (const auto& field : seen.fields) out << " [" << field << ']';
        return out << seen.problem << (seen.cut ? " (cut)" : "");
    }
};

std::vector<Seen> read(std::string_view text, std::size_t piece, std::size_t max_record = 4096)
{
    CsvReader csv(max_record);
    std::vector<Seen> all;
    for (;;) {
        switch (csv.next()) {
        case CsvReader::Next::record:
            all.push_back({.line = csv.line(), .fields = csv.fields(), .cut = csv.cut()});
            break;
        case CsvReader::Next::malformed:
            all.push_back({.line = csv.line(), .problem = std::string(csv.problem())});
            break;
        case CsvReader::Next::more:
            csv.feed(text.substr(0, piece));
            if (text.empty()) csv.finish();
            text.remove_prefix(std::min(piece, text.size()));
            break;
        case CsvReader::Next::end: return all;
        }
    }
}

// However the input is cut into pieces, the same comes of it.
std::vector<Seen> read(std::string_view text)
{
    const auto whole = read(text, text.size() + 1);
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        INFO("in pieces of " << piece);
        CHECK(read(text, piece) == whole);
    }
    return whole;
}

using Fields = std::vector<std::string>;

} // namespace

TEST_CASE("plain records have a line each")
{
    const auto all = read("a,b,c\n1,,3\n,,\n");
    REQUIRE(all.size() == 3);
    CHECK(all[0] == Seen{.line = 1, .fields = {"a", "b", "c"}});
    CHECK(all[1] == Seen{.line = 2, .fields = {"1", "", "3"}});
    CHECK(all[2] == Seen{.line = 3, .fields = {"", "", ""}});
}

TEST_CASE("quoted fields hold commas, quotes and line breaks")
{
    const auto all =
        read("\"a,b\",\"say \"\"so\"\"\",\"\"\n\"two\nlines\",\"\"\"\",\"three\r\n\r\nlines\"\nlast,1,2\n");
    REQUIRE(all.size() == 3);
    CHECK(all[0] == Seen{.line = 1, .fields = {"a,b", "say \"so\"", ""}});
    CHECK(all[1] == Seen{.line = 2, .fields = {"two\nlines", "\"", "three\r\n\r\nlines"}});
    CHECK(all[2] == Seen{.line = 6, .fields = {"last", "1", "2"}});
}

TEST_CASE("lines end with LF or CRLF, and the last one need not end")
{
    const auto all = read("a,b\r\n\"c\",d\n e , f");
    REQUIRE(all.size() == 3);
    CHECK(all[0] == Seen{.line = 1, .fields = {"a", "b"}});
    CHECK(all[1] == Seen{.line = 2, .fields = {"c", "d"}});
    CHECK(all[2] == Seen{.line = 3, .fields = {" e ", " f"}, .cut = true});
    CHECK(read("a,\"b\"") == std::vector<Seen>{{.line = 1, .fields = {"a", "b"}, .cut = true}});
    CHECK(read("a,") == std::vector<Seen>{{.line = 1, .fields = {"a", ""}, .cut = true}});
    CHECK(read("a,b\r") == std::vector<Seen>{{.line = 1, .fields = {"a", "b"}, .cut = true}});
}

TEST_CASE("empty lines and a byte order mark are passed over, an empty quoted field is not")
{
    const auto all = read("\xEF\xBB\xBF"
                          "a\n\n\r\nb\n\"\"\n");
    REQUIRE(all.size() == 3);
    CHECK(all[0] == Seen{.line = 1, .fields = {"a"}});
    CHECK(all[1] == Seen{.line = 4, .fields = {"b"}});
    CHECK(all[2] == Seen{.line = 5, .fields = {""}});
    CHECK(read("").empty());
    CHECK(read("\n\n").empty());
    CHECK(read("\xEF\xBB\xBF").empty());
}

TEST_CASE("what breaks the rules is named, and costs one line")
{
    const auto only_problem = [](std::string_view line) {
        const auto all = read("before\n" + std::string(line) + "\nafter,1\n");
        REQUIRE(all.size() == 3);
        CHECK(all[0].fields == Fields{"before"});
        CHECK(all[1].line == 2);
        CHECK(all[1].fields.empty());
        CHECK(all[2] == Seen{.line = 3, .fields = {"after", "1"}});
        return all[1].problem;
    };
    CHECK(only_problem("a,b\"c") == "a quote within a field that does not begin with one");
    CHECK(only_problem("a,\"b\"c") == "text behind a closing quote");
    CHECK(only_problem("a,\"b\" ,c") == "text behind a closing quote");
    CHECK(only_problem("a\rb") == "a carriage return without a line feed");
    CHECK(only_problem("a,\"b\"\rc") == "a carriage return without a line feed");
    CHECK(only_problem("a,\"never closed") == "a quoted field is never closed");
}

TEST_CASE("a quote that is never closed ends where another one shows that it was wrong")
{
    const auto all = read("a,\"oops\nb,1\n\"c,d\",2\ne,3\n");
    REQUIRE(all.size() == 4);
    CHECK(all[0] == Seen{.line = 1, .problem = "text behind a closing quote"});
    CHECK(all[1].fields == Fields{"b", "1"});
    CHECK(all[2].fields == Fields{"c,d", "2"});
    CHECK(all[3] == Seen{.line = 4, .fields = {"e", "3"}});
}

TEST_CASE("a record that is too long is passed over whole, and memory stays bounded")
{
    const std::string filler(300, 'x');
    // Lines within the quoted field look like records, and are somebody's text.
    const std::string text =
        "a,1\nb,\"" + filler + "\nevil,2\n" + filler + "\"\"\nevil,3\n\",4\nc,5\n" + filler + "\nd,6\n";
    for (const std::size_t piece : {1U, 7U, 100U, 10'000U}) {
        INFO("in pieces of " << piece);
        const auto all = read(text, piece, 200);
        REQUIRE(all.size() == 5);
        CHECK(all[0].fields == Fields{"a", "1"});
        CHECK(all[1] == Seen{.line = 2, .problem = "the record is too long"});
        CHECK(all[2] == Seen{.line = 7, .fields = {"c", "5"}});
        CHECK(all[3] == Seen{.line = 8, .problem = "the record is too long"});
        CHECK(all[4] == Seen{.line = 9, .fields = {"d", "6"}});
    }
    // One that goes on to the end of the input.
    const auto open = read("a,1\nb,\"" + filler + "\nc,2\n", 10, 200);
    REQUIRE(open.size() == 2);
    CHECK(open[1] == Seen{.line = 2, .problem = "the record is too long"});
    // Exactly as long as it may be.
    CHECK(read(std::string(199, 'y') + "\n", 10, 200).at(0).fields == Fields{std::string(199, 'y')});
    CHECK(read(std::string(200, 'y') + "\n", 10, 200).at(0).problem == "the record is too long");
    CHECK(read(std::string(200, 'y') + "\n", 1000, 200).at(0).problem == "the record is too long");
}
