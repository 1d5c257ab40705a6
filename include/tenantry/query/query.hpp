// Every query of the library.
#pragma once

#include <tenantry/expr/expr.hpp>
#include <tenantry/expr/full_text_words.hpp>
#include <tenantry/expr/trigger_row.hpp>
#include <tenantry/query/any_of.hpp>
#include <tenantry/query/cardinality.hpp>
#include <tenantry/query/check.hpp>
#include <tenantry/query/concepts.hpp>
#include <tenantry/query/detail/statement_text.hpp>
#include <tenantry/query/execute.hpp>
#include <tenantry/query/explain.hpp>
#include <tenantry/query/for_each.hpp>
#include <tenantry/query/full_text.hpp>
#include <tenantry/query/insert.hpp>
#include <tenantry/query/json_each.hpp>
#include <tenantry/query/match.hpp>
#include <tenantry/query/on_conflict.hpp>
#include <tenantry/query/page.hpp>
#include <tenantry/query/raw.hpp>
#include <tenantry/query/remove.hpp>
#include <tenantry/query/returning.hpp>
#include <tenantry/query/rows.hpp>
#include <tenantry/query/select.hpp>
#include <tenantry/query/trigger.hpp>
#include <tenantry/query/update.hpp>
#include <tenantry/query/view.hpp>
