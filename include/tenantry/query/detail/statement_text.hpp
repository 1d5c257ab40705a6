// The SQL of a statement's form in a schema: a constant, and a slot in every connection.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <tenantry/expr/detail/json_value.hpp>
#include <tenantry/expr/detail/text.hpp>
#include <tenantry/expr/json_entry.hpp>
#include <tenantry/expr/source.hpp>
#include <tenantry/query/detail/choices.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/sqlite/codec.hpp>
#include <tenantry/sqlite/statement.hpp>

namespace tenantry {

namespace detail {

// What a row has columns of: its table, or a query that was given a name.
template <class S, class Row>
using readable_table = typename std::conditional_t<has_table<S, Row>, lookup_table<S, Row>,
                                                   std::type_identity<MissingTable<Row>>>::type;

// A query that has a name in a statement, and the row its columns are.
struct LocalTable {
    const char* row = nullptr;
    std::string_view name{};
};

// Where forms write their text; it knows the schema's names. Columns are qualified where the text, with the
// statements in it, reads more than one table; a first pass finds out.
template <class S>
class SqlOut {
public:
    using schema = S;

    // Without choices everything that may be left out is there.
    constexpr SqlOut(TextSink& sink, bool qualified, const Choices* choices = nullptr) noexcept
        : sink_(sink), qualified_(qualified), choices_(choices)
    {}

    constexpr void text(std::string_view text) noexcept { sink_.text(text); }
    constexpr void identifier(std::string_view name) noexcept { sink_.identifier(name); }
    constexpr void parameter() noexcept { sink_.put('?'); }
    // for text of declarations, which reads no tables and has no parameters
    [[nodiscard]] constexpr TextSink& sink() noexcept { return sink_; }

    template <class Row>
    constexpr void table() noexcept
    {
        if constexpr (has_table<S, Row>)
            sink_.identifier(table_name<S, Row>);
        else
            sink_.identifier(local_name(&row_mark<Row>));
    }

    // a table to read, under the name that its columns are qualified with
    template <class Source>
    constexpr void from() noexcept
    {
        using Row = source_row<Source>;
        ++sources_;
        if (begin_marked<Source>()) {
            if constexpr (is_alias<Source>)
                if (is_local(&row_mark<Row>, source_traits<Source>::alias))
                    sink_.identifier(source_traits<Source>::alias);
                else
                    table<Row>();
            else
                table<Row>();
            sink_.text(") AS ");
            source_name<Source>();
            return;
        }
        if constexpr (is_alias<Source>) {
            if (!is_local(&row_mark<Row>, source_traits<Source>::alias)) {
                table<Row>();
                sink_.text(" AS ");
            }
            sink_.identifier(source_traits<Source>::alias);
        } else {
            table<Row>();
        }
    }

    // Rows of a source that the statement joins from the left can be all NULL: a column more says which of them were found.
    // Statements inside it have no result that is read as rows.
    template <class Source>
    constexpr void mark() noexcept
    {
        if (is_outermost()) marked_[marks_++] = &row_mark<Source>;
    }
    // Before what is joined, if it needs that column: a virtual table has its rowid.
    template <class Source>
    constexpr bool begin_marked() noexcept
    {
        if (!is_marked<Source>() || has_rowid<Source>()) return false;
        sink_.text("(SELECT *, 1 AS \"tenantry_found\" FROM ");
        return true;
    }
    // Behind the columns of its row.
    template <class Source>
    constexpr void found() noexcept
    {
        if (!is_marked<Source>()) return;
        sink_.text(", ");
        qualify<Source>();
        sink_.text(has_rowid<Source>() ? "rowid" : "\"tenantry_found\"");
    }

    template <auto Member>
    [[nodiscard]] static constexpr std::string_view column_name() noexcept
    {
        return column_names<readable_table<S, row_of<Member>>>[member_index<Member>];
    }

    template <auto Member>
    constexpr void name() noexcept
    {
        sink_.identifier(column_name<Member>());
    }

    template <auto Member, class Source = row_of<Member>>
    constexpr void plain_column() noexcept
    {
        qualify<Source>();
        name<Member>();
    }

    // A value in JSON is in expressions what it is when it is read: nothing where it is not of the type.
    template <auto Member, class Source = row_of<Member>>
    constexpr void column()
    {
        if constexpr (!is_json_entry<row_of<Member>>) {
            plain_column<Member, Source>();
        } else if constexpr (member_index<Member> != json_entry<row_of<Member>>::value_index) {
            plain_column<Member, Source>();
        } else {
            using Value = typename json_entry<row_of<Member>>::value;
            render_json_check<sqlite::Codec<Value>::storage>(*this, [&] { plain_column<Member, Source>(); });
        }
    }

    template <class Source>
    constexpr void field(std::size_t i) noexcept
    {
        qualify<Source>();
        sink_.identifier(column_names<readable_table<S, source_row<Source>>>[i]);
    }

    // all of a source's, with commas between
    template <class Source>
    constexpr void columns() noexcept
    {
        bool first = true;
        for (const std::string_view column : column_names<readable_table<S, source_row<Source>>>) {
            if (!first) sink_.text(", ");
            first = false;
            qualify<Source>();
            sink_.identifier(column);
        }
    }

    // the same without qualification
    template <class Row>
    constexpr void names() noexcept
    {
        bool first = true;
        for (const std::string_view column : column_names<readable_table<S, Row>>) {
            if (!first) sink_.text(", ");
            first = false;
            sink_.identifier(column);
        }
    }

    // something is read that is no table
    constexpr void read() noexcept { ++sources_; }

    // A statement begins and ends: the names that it gives to queries are known in it alone.
    constexpr std::size_t enter() noexcept
    {
        ++depth_;
        return locals_;
    }
    constexpr void leave(std::size_t outer) noexcept
    {
        --depth_;
        locals_ = outer;
    }

    // Whether what is written is the statement itself, not one inside of it.
    [[nodiscard]] constexpr bool is_outermost() const noexcept { return depth_ == 1; }

    template <class Row>
    constexpr void define(std::string_view name)
    {
        local_[locals_++] = LocalTable{&row_mark<Row>, name};
    }

    // What was chosen at run time at this place of the text, `last` at most.
    constexpr std::uint64_t choose(unsigned bits, std::uint64_t last) noexcept
    {
        const unsigned at = choice_bits_;
        choice_bits_ += bits;
        return choices_ != nullptr ? choices_->read(at, bits) : last;
    }
    [[nodiscard]] constexpr unsigned choice_bits() const noexcept { return choice_bits_; }

    // how many tables were read
    [[nodiscard]] constexpr std::size_t sources() const noexcept { return sources_; }

    // how much of the text are names of tables before columns
    [[nodiscard]] constexpr std::size_t qualification() const noexcept { return qualification_; }

private:
    template <class Source>
    constexpr void qualify() noexcept
    {
        if (!qualified_) return;
        const std::size_t before = sink_.size();
        source_name<Source>();
        sink_.put('.');
        qualification_ += sink_.size() - before;
    }

    template <class Source>
    constexpr void source_name() noexcept
    {
        if constexpr (is_alias<Source>)
            sink_.identifier(source_traits<Source>::alias);
        else
            table<Source>();
    }

    template <class Source>
    [[nodiscard]] constexpr bool is_marked() const noexcept
    {
        if (!is_outermost()) return false;
        for (std::size_t i = 0; i < marks_; ++i)
            if (marked_[i] == &row_mark<Source>) return true;
        return false;
    }

    template <class Source>
    [[nodiscard]] static consteval bool has_rowid() noexcept
    {
        if constexpr (has_table<S, source_row<Source>>)
            return is_virtual<table_of<S, source_row<Source>>>;
        else
            return false;
    }

    [[nodiscard]] constexpr bool is_local(const char* row, std::string_view name) const noexcept
    {
        for (std::size_t i = 0; i < locals_; ++i)
            if (local_[i].row == row && local_[i].name == name) return true;
        return false;
    }

    [[nodiscard]] constexpr std::string_view local_name(const char* row) const noexcept
    {
        for (std::size_t i = locals_; i > 0; --i)
            if (local_[i - 1].row == row) return local_[i - 1].name;
        return "?";
    }

    TextSink& sink_;
    bool qualified_;
    const Choices* choices_;
    unsigned choice_bits_ = 0;
    std::size_t sources_ = 0;
    std::size_t qualification_ = 0;
    std::array<LocalTable, 16> local_{};
    std::size_t locals_ = 0;
    std::array<const char*, 16> marked_{};
    std::size_t marks_ = 0;
    std::size_t depth_ = 0;
};

// What has to be known of a text before it is written.
struct TextFacts {
    std::size_t size = 0;
    bool qualified = false;
    unsigned choice_bits = 0; // how much of it is chosen at run time
};

template <class S, class Form>
consteval TextFacts text_facts()
{
    TextSink sink;
    SqlOut<S> out(sink, true);
    Form::render(out);
    const bool qualified = out.sources() > 1;
    return {sink.size() - (qualified ? 0 : out.qualification()), qualified, out.choice_bits()};
}

template <class S, class Form>
struct FormText {
    static constexpr TextFacts facts = text_facts<S, Form>();

    static constexpr std::array<char, facts.size + 1> storage = [] {
        std::array<char, facts.size + 1> made{};
        TextSink sink(made.data());
        SqlOut<S> out(sink, facts.qualified);
        Form::render(out);
        return made;
    }();
};

} // namespace detail

/// The form of a query or statement: its type without values, scopes and what is borrowed or owned. Queries of
/// one form are one text.
template <class Q>
using shape_t = typename std::remove_cvref_t<Q>::form;

/// The text of a form, with a zero behind it. Made at compile time. Where a part is chosen at run time it has all of
/// it.
template <class S, class Shape>
inline constexpr std::string_view sql_text{detail::FormText<S, Shape>::storage.data(),
                                           detail::FormText<S, Shape>::facts.size};

/// The same with its slot, one for the whole program (or shared library). Thread-safe.
template <class S, class Shape>
[[nodiscard]] const sqlite::StatementText& statement_text()
{
    static const sqlite::StatementText text{sql_text<S, Shape>, sqlite::next_slot()};
    return text;
}

} // namespace tenantry
