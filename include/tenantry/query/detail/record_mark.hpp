// The tenant of a record, where its row has no id that could say it.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/core/detail/type_name.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/query/rows.hpp>

namespace tenantry::detail {

template <class T>
concept AnyRecord = requires { typename T::tenantry_scope; };

// A record of a row without an `Id` of its own keeps the mark that an id would have: the incarnation of the tenant
// that it was read from. 0 is that of a record that was made by hand, which says nothing.
template <class Record>
concept MarkedRecord = AnyRecord<Record> && requires(Record& record) {
    { record.tenantry_mark } -> std::same_as<std::uint64_t&>;
};

// Notes where a row was read from, if its record keeps that.
template <class Reader, class Record>
constexpr void mark_record([[maybe_unused]] const Reader& from, [[maybe_unused]] Record& record) noexcept
{
    if constexpr (MarkedRecord<Record>) record.tenantry_mark = IdAccess::mark(from.incarnation());
}

[[gnu::cold, gnu::noinline]] inline Error strange_record(std::string_view row)
{
    std::string text("this record of '");
    text.append(row).append("' came from another tenant, or from one that was destroyed and created again; "
                            "read the row again through this handle, or give the plain row, plain(record)");
    return Error(errc::wrong_tenant, std::move(text));
}

// Refuses a record of another tenant. Only what binds to a statement knows of tenants.
template <class Row, class Parameters>
constexpr void refuse_strange_mark([[maybe_unused]] Parameters& to, [[maybe_unused]] std::uint64_t mark)
{
    if constexpr (requires { to.incarnation(); })
        if (mark != 0 && mark != IdAccess::mark(to.incarnation())) [[unlikely]]
            to.refuse(strange_record(type_name<Row>()));
}

// The same of a row that is written. One with an id of its own is checked where that is bound.
template <class Parameters, class Given>
constexpr void refuse_strange_record([[maybe_unused]] Parameters& to, [[maybe_unused]] const Given& given)
{
    if constexpr (MarkedRecord<Given>) refuse_strange_mark<declared_row_t<Given>>(to, given.tenantry_mark);
}

// The mark of any record: its own, or that of its id.
template <AnyRecord Record>
[[nodiscard]] constexpr std::uint64_t mark_of([[maybe_unused]] const Record& record) noexcept
{
    using Row = declared_row_t<Record>;
    if constexpr (MarkedRecord<Record>) {
        return record.tenantry_mark;
    } else if constexpr (has_id<Row>) {
        const auto& id = get_field<id_index<Row>>(static_cast<const Row&>(record));
        return id.has_value() ? IdAccess::mark(id.incarnation()) : 0;
    } else {
        return 0;
    }
}

} // namespace tenantry::detail
