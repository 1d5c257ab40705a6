// VALUES of some columns: insert<Job>().set(col<&Job::module> = "mail", ...)
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/detail/assignment.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/insert_row.hpp>
#include <tenantry/query/set.hpp>
#include <tenantry/schema/traits.hpp>

namespace tenantry::detail {

template <class Form, auto Member>
struct AssignedForm {
    using value = Form;
    static constexpr auto member = Member;
};

// WithId: an id that is made here comes behind the others.
template <class Row, bool WithId, class... Assigned>
struct SetValuesForm {
    static constexpr Position position = Position::subject;

    template <class Out>
    static constexpr void render(Out& out)
    {
        bool first = true;
        ((out.text(first ? " (" : ", "), first = false, out.template name<Assigned::member>()), ...);
        if constexpr (WithId) {
            out.text(first ? " (" : ", ");
            out.identifier(column_names<table_of<typename Out::schema, Row>>[id_index<Row>]);
        }
        out.text(") VALUES (");
        render_list<typename Assigned::value...>(out);
        if constexpr (WithId) out.text(sizeof...(Assigned) == 0 ? "?" : ", ?");
        out.text(")");
    }
};

template <class Row, class... Assignments>
struct SetValues {
    template <class Assignment>
    static constexpr bool sets_id = [] {
        if constexpr (has_id<Row>)
            return std::same_as<row_of<Assignment::column::member>, Row> &&
                   member_index<Assignment::column::member> == id_index<Row>;
        else
            return false;
    }();
    static constexpr bool omits_id = has_id<Row> && !(sets_id<Assignments> || ...);
    static constexpr bool computes_id = has_id<Row> && !omits_id;
    static constexpr bool makes_id = omits_id && MadeId<Row>::possible;

    using row_type = Row;
    using source = Row;
    using form = SetValuesForm<
        Row, makes_id,
        AssignedForm<typename decltype(Assignments::value)::form, Assignments::column::member>...>;

    Pack<Assignments...> nodes;

    template <class S>
    static constexpr void check()
    {
        check_inserted_columns<S, Row, makes_id, Assignments::column::member...>();
    }
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        (Assignments::visit(visitor), ...);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        nodes.bind(to);
        if constexpr (makes_id) to.add(to.made().value.emplace(IdAssignment<id_value_t<Row>>::make()));
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return SetValues<Row, owned_t<Assignments>...>{detail::own_part<Self>(self.nodes)};
    }
};

} // namespace tenantry::detail
