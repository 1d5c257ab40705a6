// Every expression of the library.
#pragma once

#include <tenantry/expr/aggregate.hpp>
#include <tenantry/expr/arithmetic.hpp>
#include <tenantry/expr/assignment.hpp>
#include <tenantry/expr/between.hpp>
#include <tenantry/expr/bits.hpp>
#include <tenantry/expr/case.hpp>
#include <tenantry/expr/cast.hpp>
#include <tenantry/expr/collate.hpp>
#include <tenantry/expr/column.hpp>
#include <tenantry/expr/comparison.hpp>
#include <tenantry/expr/concat.hpp>
#include <tenantry/expr/conditional.hpp>
#include <tenantry/expr/excluded.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/function.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/expr/in.hpp>
#include <tenantry/expr/like.hpp>
#include <tenantry/expr/logic.hpp>
#include <tenantry/expr/named.hpp>
#include <tenantry/expr/null.hpp>
#include <tenantry/expr/number_functions.hpp>
#include <tenantry/expr/order.hpp>
#include <tenantry/expr/source.hpp>
#include <tenantry/expr/text_functions.hpp>
