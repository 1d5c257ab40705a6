// Ids that know which tenant they came from, and keys that know it at compile time as well.
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/core/detail/type_name.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/codec.hpp>
#include <tenantry/sqlite/codec_number.hpp>

namespace tenantry {

namespace detail {
struct IdAccess;

// The mark of a set id: its tenant's incarnation, or this where the connection had none. 0 is left for
// "unset", so that a set id with the value 0 stays one.
inline constexpr std::uint64_t no_incarnation = ~std::uint64_t{0};

template <class Value>
constexpr std::strong_ordering order(const Value& a, const Value& b)
{
    if (a < b) return std::strong_ordering::less;
    if (b < a) return std::strong_ordering::greater;
    return std::strong_ordering::equal;
}

constexpr std::size_t mix_hash(std::size_t value, std::uint64_t mark) noexcept
{
    // Two rounds, so that small values of tenants with small differences do not fall together.
    std::uint64_t mixed = mark * 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ (mixed >> 32) ^ static_cast<std::uint64_t>(value)) * 0xD6E8FEB86659FD93u;
    return static_cast<std::size_t>(mixed ^ (mixed >> 32));
}

// Value and mark, shared by Id and Key.
template <class Value>
struct MarkedValue {
    Value value{};
    std::uint64_t mark = 0;

    friend constexpr bool operator==(const MarkedValue& a, const MarkedValue& b)
    {
        return a.mark == b.mark && a.value == b.value;
    }

    friend constexpr std::strong_ordering operator<=>(const MarkedValue& a, const MarkedValue& b)
    {
        auto by_mark = a.mark <=> b.mark;
        return by_mark != 0 ? by_mark : detail::order(a.value, b.value);
    }
};
} // namespace detail

/// The identity of a `Row` in its table: a value, and the incarnation of the tenant it was read from.
///
/// As a member of `Row` itself it is the primary key; as a member of another row it is a foreign key.
/// A default-constructed Id is unset, which in a row to be inserted means "assign one". Nobody but a
/// tenant's connection makes a set one: an id that is bound on another tenant than it was read from, or
/// after its tenant was destroyed and created again, is refused with `errc::wrong_tenant`. A number from
/// outside becomes a key by `key_for<Row>(db, 42)`.
///
/// Equality, order and hash include the incarnation. `Row` may be incomplete.
template <class Row, class Value = std::int64_t>
class Id {
public:
    /// The row that it is an id of.
    using row_type = Row;
    /// What is stored.
    using value_type = Value;

    constexpr Id() = default;

    /// Whether it names a row.
    [[nodiscard]] constexpr bool has_value() const noexcept { return stored_.mark != 0; }
    [[nodiscard]] constexpr explicit operator bool() const noexcept { return has_value(); }

    /// The value in the database; `Value{}` when unset. For showing it: it says nothing of the tenant.
    [[nodiscard]] constexpr const Value& value() const noexcept { return stored_.value; }

    /// The incarnation of the tenant it came from; 0 when unset or read without a tenant.
    [[nodiscard]] constexpr std::uint64_t incarnation() const noexcept
    {
        return stored_.mark == detail::no_incarnation ? 0 : stored_.mark;
    }

    friend constexpr bool operator==(const Id& a, const Id& b) { return a.stored_ == b.stored_; }
    friend constexpr std::strong_ordering operator<=>(const Id& a, const Id& b)
    {
        return a.stored_ <=> b.stored_;
    }

private:
    friend detail::IdAccess;
    constexpr explicit Id(detail::MarkedValue<Value> stored) : stored_(std::move(stored)) {}

    detail::MarkedValue<Value> stored_;
};

namespace detail {

template <class T>
struct id_traits {
    static constexpr bool is_id = false;
};
template <class Row, class Value>
struct id_traits<Id<Row, Value>> {
    static constexpr bool is_id = true;
    using row = Row;
    using value = Value;
};

template <class Field, class Row>
inline constexpr bool is_id_of = false;
template <class Row, class Value>
inline constexpr bool is_id_of<Id<Row, Value>, Row> = true;

inline constexpr std::size_t no_field = static_cast<std::size_t>(-1);

// The position of Row's own id, the first field of type Id<Row>, or no_field.
template <class Row, std::size_t... I>
consteval std::size_t find_id(std::index_sequence<I...>) noexcept
{
    std::size_t found = no_field;
    ((found == no_field && is_id_of<field_type<Row, I>, Row> ? void(found = I) : void()), ...);
    return found;
}

template <class Row>
struct row_id {
    static constexpr std::size_t index = find_id<Row>(std::make_index_sequence<field_count<Row>>{});

    static consteval auto value()
    {
        if constexpr (index == no_field)
            return std::type_identity<std::int64_t>{};
        else
            return std::type_identity<typename id_traits<field_type<Row, index>>::value>{};
    }
};

} // namespace detail

/// An `Id` of some row.
template <class T>
concept IdType = detail::id_traits<T>::is_id;

/// Whether a row has a member `Id<Row>`.
template <class Row>
inline constexpr bool has_id = detail::row_id<Row>::index != detail::no_field;

/// The position of that member, from 0.
template <class Row>
    requires has_id<Row>
inline constexpr std::size_t id_index = detail::row_id<Row>::index;

/// What the ids of a row hold: `Value` of its `Id<Row, Value>` member, `std::int64_t` if it has none.
template <class Row>
using id_value_t = typename decltype(detail::row_id<Row>::value())::type;

/// Who makes the value of an unset id that is inserted. SQLite does for integers: they are rowids. For other value
/// types a specialisation has `by_database = false` and `static Value make()`, which an insert asks; where there
/// is none, an unset id is NULL and the insert fails.
template <class Value>
struct IdAssignment {
    /// Whether SQLite gives a new row its id.
    static constexpr bool by_database = std::integral<Value>;
};

/// An id whose tenant the compiler knows: `T` is the scope's own type, so that a key of one scope does not
/// compile in a query of another. Made by `key_of(record)` and `key_for<Row>(db, value)`. Converts to `Id`.
///
/// `Row` has to be complete. A default-constructed Key is unset; it exists so that a `Result<Key>` can be
/// what a coroutine returns.
template <class Row, class T>
class Key {
public:
    /// The row that it is a key of.
    using row_type = Row;
    /// The scope that it belongs to.
    using scope_type = T;
    /// What is stored.
    using value_type = id_value_t<Row>;
    /// The id without a scope.
    using id_type = Id<Row, value_type>;

    constexpr Key() = default;

    /// Whether it is the key of a row: one that was made by default is of none.
    [[nodiscard]] constexpr bool has_value() const noexcept { return stored_.mark != 0; }
    [[nodiscard]] constexpr explicit operator bool() const noexcept { return has_value(); }
    /// The number, or whatever ids are of.
    [[nodiscard]] constexpr const value_type& value() const noexcept { return stored_.value; }
    /// The incarnation of the tenant that it came from.
    [[nodiscard]] constexpr std::uint64_t incarnation() const noexcept
    {
        return stored_.mark == detail::no_incarnation ? 0 : stored_.mark;
    }

    /// The id without a scope, which still knows its tenant.
    [[nodiscard]] constexpr id_type id() const;
    /// As `id()`.
    [[nodiscard]] constexpr operator id_type() const { return id(); }

    friend constexpr bool operator==(const Key& a, const Key& b) { return a.stored_ == b.stored_; }
    friend constexpr std::strong_ordering operator<=>(const Key& a, const Key& b)
    {
        return a.stored_ <=> b.stored_;
    }

private:
    friend detail::IdAccess;
    constexpr explicit Key(detail::MarkedValue<value_type> stored) : stored_(std::move(stored)) {}

    detail::MarkedValue<value_type> stored_;
};

namespace detail {

template <class>
struct key_traits {
    static constexpr bool is_key = false;
};
template <class Row, class T>
struct key_traits<Key<Row, T>> {
    static constexpr bool is_key = true;
    using row = Row;
    using scope = T;
};

// The only maker of set ids and keys. An incarnation is that of the connection the value was read from,
// 0 where it has none.
struct IdAccess {
    static constexpr std::uint64_t mark(std::uint64_t incarnation) noexcept
    {
        return incarnation == 0 ? no_incarnation : incarnation;
    }

    template <class Row, class Value = id_value_t<Row>>
    [[nodiscard]] static constexpr Id<Row, Value> id(Value value, std::uint64_t incarnation)
    {
        return Id<Row, Value>(MarkedValue<Value>{std::move(value), mark(incarnation)});
    }

    template <class Row, class T>
    [[nodiscard]] static constexpr Key<Row, T> key(id_value_t<Row> value, std::uint64_t incarnation)
    {
        return Key<Row, T>(MarkedValue<id_value_t<Row>>{std::move(value), mark(incarnation)});
    }

    // The same row under a scope's name. An unset id gives an unset key.
    template <class T, class Row, class Value>
    [[nodiscard]] static constexpr Key<Row, T> key(const Id<Row, Value>& id)
    {
        static_assert(std::same_as<Value, id_value_t<Row>>,
                      "tenantry: an id's value type differs from its row's own");
        return Key<Row, T>(id.stored_);
    }

    template <class Row, class T>
    [[nodiscard]] static constexpr Id<Row, id_value_t<Row>> id(const Key<Row, T>& key)
    {
        return Id<Row, id_value_t<Row>>(key.stored_);
    }
};

template <class>
inline constexpr bool same_tenant_scope = false;

// Not inline: the path that nobody takes.
[[gnu::cold, gnu::noinline]] inline Error stranger(std::string_view row)
{
    std::string text("this id of '");
    text.append(row).append("' came from another tenant, or from one that was destroyed and created again; "
                            "read the row again through this handle");
    return Error(errc::wrong_tenant, std::move(text));
}

} // namespace detail

template <class Row, class T>
constexpr auto Key<Row, T>::id() const -> id_type
{
    return detail::IdAccess::id(*this);
}

/// Keys of two scopes name rows of two tenants: they are never equal, and asking is a mistake.
template <class Row, class A, class B>
    requires(!std::same_as<A, B>)
constexpr bool operator==(const Key<Row, A>&, const Key<Row, B>&)
{
    static_assert(detail::same_tenant_scope<Key<Row, A>>,
                  "tenantry: a key of one tenant's scope is compared with a key of another's");
    return false;
}

/// A `Key` of some row and scope.
template <class T>
concept KeyType = detail::key_traits<T>::is_key;

namespace sqlite {

template <class Row, class Value>
struct Codec<Id<Row, Value>> {
    static constexpr Storage storage = Codec<Value>::storage;
    static constexpr ValueLimits limits = value_limits<Value>;

    template <class Sink>
    static constexpr void check(Sink& out, std::string_view column)
        requires requires { Codec<Value>::check(out, column); }
    {
        Codec<Value>::check(out, column);
    }

    template <class Sink>
    static constexpr void meaning(Sink& out)
        requires requires { Codec<Value>::meaning(out); }
    {
        Codec<Value>::meaning(out);
    }

    template <ParameterBinder B>
    static void bind(B& to, int index, const Id<Row, Value>& id)
    {
        if (!id.has_value())
            to.null(index);
        else if (id.incarnation() != to.incarnation())
            to.refuse(tenantry::detail::stranger(tenantry::detail::type_name<Row>()));
        else
            Codec<Value>::bind(to, index, id.value());
    }

    template <RowReader R>
    static Misfit read(R& from, int column, Id<Row, Value>& out)
    {
        Value value{};
        const Misfit misfit = Codec<Value>::read(from, column, value);
        if (misfit == Misfit::none)
            out = tenantry::detail::IdAccess::id<Row, Value>(std::move(value), from.incarnation());
        return misfit;
    }
};

template <class Row, class T>
struct Codec<Key<Row, T>> {
    using value_type = id_value_t<Row>;
    static constexpr Storage storage = Codec<value_type>::storage;

    template <ParameterBinder B>
    static void bind(B& to, int index, const Key<Row, T>& key)
    {
        if (!key.has_value())
            to.null(index);
        else if (key.incarnation() != to.incarnation())
            to.refuse(tenantry::detail::stranger(tenantry::detail::type_name<Row>()));
        else
            Codec<value_type>::bind(to, index, key.value());
    }

    template <RowReader R>
    static Misfit read(R& from, int column, Key<Row, T>& out)
    {
        value_type value{};
        const Misfit misfit = Codec<value_type>::read(from, column, value);
        if (misfit == Misfit::none)
            out = tenantry::detail::IdAccess::key<Row, T>(std::move(value), from.incarnation());
        return misfit;
    }
};

} // namespace sqlite

} // namespace tenantry

template <class Row, class Value>
struct std::hash<tenantry::Id<Row, Value>> {
    [[nodiscard]] std::size_t operator()(const tenantry::Id<Row, Value>& id) const
    {
        return tenantry::detail::mix_hash(std::hash<Value>{}(id.value()), id.incarnation());
    }
};

template <class Row, class T>
struct std::hash<tenantry::Key<Row, T>> {
    [[nodiscard]] std::size_t operator()(const tenantry::Key<Row, T>& key) const
    {
        return tenantry::detail::mix_hash(
            std::hash<typename tenantry::Key<Row, T>::value_type>{}(key.value()), key.incarnation());
    }
};
