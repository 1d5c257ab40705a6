#include <tenantry/core/detail/reflect.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace rows {

enum class Kind { small, large };

struct Inner {
    int value{};
};

struct Plain {
    std::int64_t id{};
    std::string name{};
    std::optional<double> weight{};
    Kind kind{};
    Inner inner{};
    bool is_open{};
    int id_2{};
};

struct One {
    int only{};
};

template <class T>
struct Generic {
    T first{};
    T second{};
};

// Empty members may share an address with others; a member pointer must not be mistaken for its neighbour.
struct Empty {};
struct WithEmpty {
    Empty nothing{};
    int something{};
};

struct Derived : One {
    int more{};
};

struct MoveOnly {
    std::vector<int> numbers{};
    std::optional<std::string> text{};
    MoveOnly(MoveOnly&&) = default;
};

// As wide as a row can be.
struct Wide {
    std::string a0{}, a1{}, a2{}, a3{}, a4{}, a5{}, a6{}, a7{}, a8{}, a9{};
    std::string b0{}, b1{}, b2{}, b3{}, b4{}, b5{}, b6{}, b7{}, b8{}, b9{};
    std::string c0{}, c1{}, c2{}, c3{}, c4{}, c5{}, c6{}, c7{}, c8{}, c9{};
    std::string d0{}, d1{}, d2{}, d3{}, d4{}, d5{}, d6{}, d7{}, d8{}, d9{};
    std::string e0{}, e1{}, e2{}, e3{}, e4{}, e5{}, e6{}, e7{}, e8{}, e9{};
    std::string f0{}, f1{}, f2{}, f3{}, f4{}, f5{}, f6{}, f7{}, f8{}, f9{};
    std::string g0{}, g1{}, g2{}, g3{}, g4{}, g5{}, g6{}, g7{}, g8{}, g9{};
    std::string h0{}, h1{}, h2{}, h3{}, h4{}, h5{}, h6{}, h7{}, h8{}, h9{};
    std::string i0{}, i1{}, i2{}, i3{}, i4{}, i5{}, i6{}, i7{}, i8{}, i9{};
    std::string j0{}, j1{}, j2{}, j3{}, j4{}, j5{}, j6{}, j7{}, j8{}, j9{};
};

} // namespace rows

namespace {

struct Unnamed {
    int here{};
    std::string there{};
};

} // namespace

using namespace tenantry;
using namespace rows;

TEST_CASE("fields are counted and typed")
{
    STATIC_REQUIRE(field_count<Plain> == 7);
    STATIC_REQUIRE(field_count<One> == 1);
    STATIC_REQUIRE(std::is_same_v<field_type<Plain, 0>, std::int64_t>);
    STATIC_REQUIRE(std::is_same_v<field_type<Plain, 2>, std::optional<double>>);
    STATIC_REQUIRE(std::is_same_v<field_type<Plain, 6>, int>);
}

TEST_CASE("rows of any width are counted")
{
    struct Eight {
        std::string a{}, b{}, c{}, d{}, e{}, f{}, g{}, h{};
    };
    struct Nine {
        std::string a{}, b{}, c{}, d{}, e{}, f{}, g{}, h{}, i{};
    };
    struct Ten {
        bool a{}, b{}, c{}, d{}, e{}, f{}, g{}, h{}, i{}, j{};
    };
    struct Owning {
        std::unique_ptr<int> a{};
        std::optional<std::unique_ptr<int>> b{};
        int c{};
    };
    struct Nested {
        Ten first{};
        Eight second{};
        std::array<int, 3> third{};
        std::optional<Nine> fourth{};
    };
    STATIC_REQUIRE(field_count<Eight> == 8);
    STATIC_REQUIRE(field_count<Nine> == 9);
    STATIC_REQUIRE(field_count<Ten> == 10);
    STATIC_REQUIRE(field_count<const Ten> == 10);
    STATIC_REQUIRE(field_count<Owning> == 3);
    STATIC_REQUIRE(field_count<Nested> == 4);
    STATIC_REQUIRE(std::is_same_v<field_type<Nested, 2>, std::array<int, 3>>);
    STATIC_REQUIRE(field_count<Wide> == 100);
    STATIC_REQUIRE(std::is_same_v<field_type<Wide, 99>, std::string>);
    CHECK(field_name<Wide, 99> == "j9");
    STATIC_REQUIRE(member_index<&Wide::j9> == 99);
}

TEST_CASE("a field is reached by its place")
{
    Generic<int> row{3, 4};
    get_field<1>(row) = 5;
    CHECK(row.second == 5);
    const Generic<int>& constant = row;
    STATIC_REQUIRE(std::is_same_v<decltype(get_field<0>(constant)), const int&>);
    CHECK(&get_field<0>(constant) == &row.first);
}

TEST_CASE("fields are named as the source names them")
{
    CHECK(field_name<Plain, 0> == "id");
    CHECK(field_name<Plain, 1> == "name");
    CHECK(field_name<Plain, 2> == "weight");
    CHECK(field_name<Plain, 3> == "kind");
    CHECK(field_name<Plain, 4> == "inner");
    CHECK(field_name<Plain, 5> == "is_open");
    CHECK(field_name<Plain, 6> == "id_2");
    CHECK(field_name<One, 0> == "only");
    CHECK(field_name<Generic<std::string>, 1> == "second");
    CHECK(field_name<Generic<Plain>, 0> == "first");
}

TEST_CASE("rows of an unnamed namespace and of a function are as good as others")
{
    // Their names have no linkage; what reflection makes of them must not be looked for by the linker.
    CHECK(field_name<Unnamed, 1> == "there");
    STATIC_REQUIRE(member_index<&Unnamed::there> == 1);
    struct Local {
        int here{};
        std::string there{};
    };
    CHECK(field_name<Local, 0> == "here");
    CHECK(field_name<Local, 1> == "there");
    STATIC_REQUIRE(member_index<&Local::there> == 1);
}

TEST_CASE("a field's name ends with a zero and is all there is")
{
    // handed to SQLite as C text
    constexpr auto name = field_name<Plain, 1>;
    CHECK(name.data()[name.size()] == '\0');
}

TEST_CASE("a member pointer knows its row, its type and its place")
{
    STATIC_REQUIRE(std::is_same_v<row_of<&Plain::weight>, Plain>);
    STATIC_REQUIRE(std::is_same_v<field_of<&Plain::weight>, std::optional<double>>);
    STATIC_REQUIRE(member_index<&Plain::id> == 0);
    STATIC_REQUIRE(member_index<&Plain::name> == 1);
    STATIC_REQUIRE(member_index<&Plain::is_open> == 5);
    STATIC_REQUIRE(member_index<&Plain::id_2> == 6);
    STATIC_REQUIRE(member_index<&Generic<std::int64_t>::second> == 1);
    STATIC_REQUIRE(member_index<&WithEmpty::something> == 1);
}

TEST_CASE("only pointers to data members are columns")
{
    struct Row {
        int value{};
        int function() const { return value; }
    };
    STATIC_REQUIRE(FieldPointer<&Row::value>);
    STATIC_REQUIRE_FALSE(FieldPointer<&Row::function>);
    STATIC_REQUIRE_FALSE(FieldPointer<7>);
}

TEST_CASE("only aggregates of class type are rows")
{
    STATIC_REQUIRE(RowType<Plain>);
    STATIC_REQUIRE_FALSE(RowType<int>);
    STATIC_REQUIRE_FALSE(RowType<int[3]>);
    STATIC_REQUIRE_FALSE(RowType<std::string>);
    STATIC_REQUIRE_FALSE(RowType<MoveOnly>); // it declares a constructor
}

TEST_CASE("fields are visited in order, and can be changed")
{
    Generic<int> row{3, 4};
    std::vector<std::size_t> places;
    for_each_field(row, [&](int& field, auto place) {
        places.push_back(place);
        field *= 10;
    });
    CHECK(places == std::vector<std::size_t>{0, 1});
    CHECK(row.first == 30);
    CHECK(row.second == 40);
}
