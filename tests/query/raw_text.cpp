// What is found in the text of a raw statement, all of it at compile time.
#include <tenantry/query/detail/raw_text.hpp>

#include "support/catch.hpp"

using namespace tenantry::detail;

namespace {

consteval bool fault(std::string_view text, RawFault expected) { return scan_raw(text).fault == expected; }

consteval bool parameters(std::string_view text, std::size_t expected)
{
    const RawText found = scan_raw(text);
    return found.fault == RawFault::none && found.parameters == expected;
}

consteval bool kind(std::string_view text, RawKind expected, bool changes_rows)
{
    const RawText found = scan_raw(text);
    return found.fault == RawFault::none && found.kind == expected && found.changes_rows == changes_rows;
}

} // namespace

TEST_CASE("parameters are counted as SQLite numbers them")
{
    STATIC_REQUIRE(parameters("select 1", 0));
    STATIC_REQUIRE(parameters("select ?, ?", 2));
    STATIC_REQUIRE(parameters("select ?3, ?1", 3));
    STATIC_REQUIRE(parameters("select ?2, ?", 3));
    STATIC_REQUIRE(parameters("select :a, @a, $a, :a", 3));
    STATIC_REQUIRE(parameters("select :a, ?, :b, ?5, :a", 5));
    STATIC_REQUIRE(parameters("select $tcl::name(1), $tcl::name(1)", 1));
    STATIC_REQUIRE(parameters("select :tcl::name(1), @tcl::(x), :tcl", 3));
    STATIC_REQUIRE(parameters("select #a, #::b, #a", 2)); // else NULL would be bound
    STATIC_REQUIRE(parameters("select :::a, @::b, $c::::d, :::a, :::, @::(x)", 3));
    STATIC_REQUIRE(parameters("select x?1", 1));
    STATIC_REQUIRE(parameters("select ?32766", 32766));
    STATIC_REQUIRE(fault("select ?0", RawFault::bad_parameter));
    STATIC_REQUIRE(fault("select ?32767", RawFault::bad_parameter));
    STATIC_REQUIRE(fault("select ?99999999999999999999999", RawFault::bad_parameter));
}

TEST_CASE("what becomes of a conflict is seen, and never missed")
{
    constexpr auto plain = scan_raw("insert into t values ('or fail', \"rollback\") -- or rollback");
    STATIC_REQUIRE_FALSE((plain.may_leave_part || plain.may_roll_back));
    constexpr auto half = scan_raw("INSERT OR FAIL INTO t VALUES (1)");
    STATIC_REQUIRE((half.may_leave_part && !half.may_roll_back));
    constexpr auto whole = scan_raw("with x as (select 1) update /* no */ or Rollback t set a = 1");
    STATIC_REQUIRE((whole.may_roll_back && !whole.may_leave_part));
}

TEST_CASE("named parameters have the number of their first place")
{
    constexpr auto names = raw_parameter_names<5>("select :a, ?, @b, ?5, :a");
    STATIC_REQUIRE(names[0] == ":a");
    STATIC_REQUIRE(names[1].empty());
    STATIC_REQUIRE(names[2] == "@b");
    STATIC_REQUIRE(names[3].empty());
    STATIC_REQUIRE(names[4].empty());
}

TEST_CASE("what only looks like a parameter is none")
{
    STATIC_REQUIRE(parameters("select '?', \"a?\", `b?`, [c?] -- ?\n /* :d ? */", 0));
    STATIC_REQUIRE(parameters("select 'it''s ?', ?", 1));
    STATIC_REQUIRE(parameters("select \"a\"\"?\", ?", 1));
    STATIC_REQUIRE(parameters("select #1, # a", 0));
    STATIC_REQUIRE(parameters("select a$b, x'00', 1e5, :: a", 0));
    STATIC_REQUIRE(parameters("select a from t -- the end?", 0));
}

TEST_CASE("texts without an end are seen")
{
    STATIC_REQUIRE(fault("select 'a", RawFault::unterminated));
    STATIC_REQUIRE(fault("select \"a", RawFault::unterminated));
    STATIC_REQUIRE(fault("select [a", RawFault::unterminated));
    STATIC_REQUIRE(fault("select 1 /* a", RawFault::unterminated));
    STATIC_REQUIRE(fault("", RawFault::empty));
    STATIC_REQUIRE(fault("  -- nothing\n /* either */ ;", RawFault::empty));
}

TEST_CASE("there is one statement in a text")
{
    STATIC_REQUIRE(fault("select 1; ; -- done", RawFault::none));
    STATIC_REQUIRE(fault("; select 1", RawFault::none));
    STATIC_REQUIRE(fault("select ';'", RawFault::none));
    STATIC_REQUIRE(fault("select 1; select 2", RawFault::several));
    STATIC_REQUIRE(fault("select 1; 'a'", RawFault::several));
    STATIC_REQUIRE(fault("create table a(b); pragma user_version", RawFault::several));
    STATIC_REQUIRE(
        fault("create temp trigger a after insert on b begin select 1; select 2; end", RawFault::none));
    STATIC_REQUIRE(fault("CREATE TRIGGER a AFTER INSERT ON b BEGIN SELECT 1; END;", RawFault::none));
    STATIC_REQUIRE(fault("create trigger a after insert on b begin select case 1 when 1 then 2 end; "
                         "select end; end; -- done",
                         RawFault::none));
    STATIC_REQUIRE(
        fault("create trigger a after insert on b begin select 1; end; select 2", RawFault::several));
}

TEST_CASE("what is not for tenants is seen, in any case, behind comments and EXPLAIN")
{
    STATIC_REQUIRE(fault("begin", RawFault::transaction));
    STATIC_REQUIRE(fault("/**/ Commit", RawFault::transaction));
    STATIC_REQUIRE(fault("END TRANSACTION", RawFault::transaction));
    STATIC_REQUIRE(fault("ROLLBACK to a", RawFault::transaction));
    STATIC_REQUIRE(fault("savepoint a", RawFault::transaction));
    STATIC_REQUIRE(fault("release a", RawFault::transaction));
    STATIC_REQUIRE(fault("attach 'a' as b", RawFault::attach));
    STATIC_REQUIRE(fault("detach b", RawFault::attach));
    STATIC_REQUIRE(fault("--\npragma a", RawFault::pragma));
    STATIC_REQUIRE(fault("explain query plan pragma a", RawFault::pragma));
    STATIC_REQUIRE(fault("explain vacuum", RawFault::vacuum));
    STATIC_REQUIRE(fault("VACUUM INTO 'a'", RawFault::vacuum));
    STATIC_REQUIRE(fault(";attach 'a' as b", RawFault::attach));
    STATIC_REQUIRE(fault("select 'attach', pragma from begin", RawFault::none));
    STATIC_REQUIRE(fault("\xef\xbb\xbf\xef\xbb\xbf attach 'a' as b", RawFault::attach));
    STATIC_REQUIRE(fault("\xef\xbb\xbf/**/\xef\xbb\xbf"
                         "commit",
                         RawFault::transaction));
    STATIC_REQUIRE(fault(" \vpragma a", RawFault::pragma));
    STATIC_REQUIRE(kind("\xef\xbb\xbfselect 1", RawKind::read, false));
}

TEST_CASE("the first word says whether a statement reads or writes")
{
    STATIC_REQUIRE(kind("select 1", RawKind::read, false));
    STATIC_REQUIRE(kind("values (1)", RawKind::read, false));
    STATIC_REQUIRE(kind("explain query plan delete from a", RawKind::read, false));
    STATIC_REQUIRE(kind("with a as (select 1) select * from a", RawKind::either, true));
    STATIC_REQUIRE(kind("insert into a values (1)", RawKind::write, true));
    STATIC_REQUIRE(kind("Replace into a values (1)", RawKind::write, true));
    STATIC_REQUIRE(kind("update a set b = 1", RawKind::write, true));
    STATIC_REQUIRE(kind("delete from a", RawKind::write, true));
    STATIC_REQUIRE(kind("create table a(b)", RawKind::write, false));
}
