// Every expression of the library.
#pragma once

#include <tenantry/expr/aggregate.hpp>
#include <tenantry/expr/arithmetic.hpp>
#include <tenantry/expr/assignment.hpp>
#include <tenantry/expr/between.hpp>
#include <tenantry/expr/column.hpp>
#include <tenantry/expr/comparison.hpp>
#include <tenantry/expr/concat.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/expr/in.hpp>
#include <tenantry/expr/like.hpp>
#include <tenantry/expr/logic.hpp>
#include <tenantry/expr/named.hpp>
#include <tenantry/expr/null.hpp>
#include <tenantry/expr/order.hpp>
#include <tenantry/expr/source.hpp>
