// page_after(query, Cursor{text}): what comes after a row whose place a caller brings back as a text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/base64.hpp>
#include <tenantry/core/detail/hash.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/query/detail/parameters.hpp>
#include <tenantry/query/detail/statement_text.hpp>
#include <tenantry/query/page.hpp>
#include <tenantry/query/when.hpp>
#include <tenantry/sqlite/codecs.hpp>
#include <tenantry/sqlite/detail/packed_values.hpp>

namespace tenantry {

/// The place of a row among the pages of a query, as a text that a caller gets with a page and brings back for the next one.
/// `cursor_after` makes it, `page_after` takes it. The empty one is before the first row.
///
/// The text is opaque, of letters, digits, '-' and '_'. It belongs to one tenant (and not to a later one of its name) and to
/// one query: its text, whatever values are bound to it. What it does not keep is a secret: it has the values of the row that
/// the query is ordered by, and no signature.
struct Cursor {
    // Not an aggregate, of which g++ 12 destroys temporaries twice in `co_await db.async_read(page_after(query, Cursor{text}))`.
    Cursor() = default;
    explicit Cursor(std::string the_text) noexcept : text(std::move(the_text)) {}

    /// As a client gets it and brings it back.
    std::string text{};

    /// Whether it is the one before the first row.
    [[nodiscard]] bool empty() const noexcept { return text.empty(); }
    friend bool operator==(const Cursor&, const Cursor&) = default;
};

namespace detail {

// The type that a key of a page has in a cursor: an id is its value, since the cursor as a whole says whose it is.
template <class V>
struct cursor_key {
    using type = std::conditional_t<sqlite::Readable<V>, V, std::string>;
};
template <class Row, class Value>
struct cursor_key<Id<Row, Value>> {
    using type = Value;
};
template <class V>
using cursor_key_t = typename cursor_key<V>::type;

// What makes a cursor one of this query and this tenant, and shows that it is whole.
template <class S, class Shape>
[[nodiscard]] std::uint64_t cursor_mark(std::string_view keys, std::uint64_t incarnation)
{
    constexpr std::uint64_t query = hash_bytes(sql_text<S, Shape>);
    return hash_bytes(keys, query ^ spread_bits(incarnation));
}

[[gnu::cold, gnu::noinline]] inline Error strange_cursor()
{
    return Error(errc::invalid_cursor, "the cursor is not of this query and this tenant, or it is damaged: "
                                       "begin with the first page");
}

// The condition of a page that is behind a cursor. Whether the cursor is the tenant's is seen when values are bound.
template <class Shape, class Condition>
struct CursorCondition {
    using tenantry_expression = void;
    using value_type = bool;
    using source = typename Condition::source;
    using form = typename Condition::form;
    static constexpr bool aggregate = Condition::aggregate;
    static constexpr bool window = is_windowed<Condition>;
    template <class... Keys>
    static constexpr bool grouped = Condition::template grouped<Keys...>;

    std::string keys; // packed, with their mark; empty where that was no cursor at all
    Condition condition;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        Condition::visit(visitor);
    }
    template <class Parameters>
    void bind(Parameters& to) const
    {
        if constexpr (requires { to.incarnation(); })
            if (!is_of<typename Parameters::schema>(to.incarnation())) [[unlikely]]
                to.refuse(strange_cursor());
        condition.bind(to);
    }
    template <class Self>
    [[nodiscard]] static auto own(Self&& self)
    {
        return CursorCondition<Shape, owned_t<decltype(condition)>>{std::forward<Self>(self).keys,
                                                                    detail::own_part<Self>(self.condition)};
    }

private:
    template <class S>
    [[nodiscard]] bool is_of(std::uint64_t incarnation) const
    {
        if (keys.size() < 8) return false;
        const std::string_view all(keys);
        const std::string_view packed = all.substr(0, all.size() - 8);
        return mark_bytes(cursor_mark<S, Shape>(packed, incarnation)) == all.substr(packed.size());
    }
};

// The keys of a cursor; false where it has not as many, or others.
template <class... Keys, std::size_t... I>
[[nodiscard]] bool read_keys(std::string_view packed, std::tuple<Keys...>& out, std::index_sequence<I...>)
{
    const auto values = UnpackedValues::of(packed);
    return values && values->size() == sizeof...(Keys) &&
           ((sqlite::Codec<Keys>::read(*values, static_cast<int>(I), std::get<I>(out)) ==
             sqlite::Misfit::none) &&
            ...);
}

template <class Q, class... Nodes>
[[nodiscard]] auto page_from_cursor(Q query, const Pack<Nodes...>& order, std::string_view text)
{
    using Keys = std::tuple<cursor_key_t<base_value_t<typename ordering_traits<Nodes>::expression>>...>;
    Keys keys{};
    std::string bytes = from_base64(text, Base64::url).value_or(std::string());
    if (bytes.size() < 8 || !read_keys(std::string_view(bytes).substr(0, bytes.size() - 8), keys,
                                       std::index_sequence_for<Nodes...>{}))
        bytes.clear();
    auto after = std::apply(
        [&]<class... Key>(Key&... key) {
            return after_condition(order, Pack<Parameter<Key>...>{{Parameter<Key>{std::move(key)}}...});
        },
        keys);
    using Condition = CursorCondition<shape_t<Q>, decltype(after)>;
    auto condition = when(!text.empty(), Condition{std::move(bytes), std::move(after)});
    return and_where(std::move(query), std::move(condition));
}

// The place of a row in the pages of a query of schema S.
template <class S, class Q, class Row>
[[nodiscard]] Result<Cursor> make_cursor(const Q& query, const Row& row, std::uint64_t incarnation)
{
    PackedValues values(incarnation);
    Parameters<S, PackedValues> to(values);
    keys_of_row(query, row).bind(to);
    Result<std::string> packed = values.take();
    if (!packed) return fail(std::move(packed).error());
    packed->append(mark_bytes(cursor_mark<S, shape_t<Q>>(*packed, incarnation)));
    return Cursor{to_base64(*packed, Base64::url)};
}

} // namespace detail

/// The query for what comes after the row whose cursor this is, and the query itself where the cursor is empty: one call for
/// all pages. The query is that of `cursor_after`, with whatever values; its order is as for `page_after(query, row)`.
///
///     auto tickets = select<Ticket>().order_by(desc(col<&Ticket::at>), col<&Ticket::id>).limit(50);
///     db.async_read(page_after(tickets, Cursor{request.after}));
///
/// A cursor of another query or another tenant, or one that is damaged, is refused when the query runs: errc::invalid_cursor.
/// It owns what it needs of the cursor.
template <class Q>
[[nodiscard]] auto page_after(Q query, const Cursor& cursor)
{
    if constexpr (detail::check_page<Q>()) {
        const auto order = detail::pack_get<detail::page_traits<Q>::place>(query.clauses).nodes;
        return detail::page_from_cursor(std::move(query), order, cursor.text);
    } else {
        return query;
    }
}

} // namespace tenantry
