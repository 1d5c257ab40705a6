// The rows of bench_runtime, each in a file of its own.
#pragma once

#include "../harness.hpp"

namespace bench {

void write_alone(const Setting& setting);
void write_here(const Setting& setting);
void write_together(const Setting& setting);
void mixed(const Setting& setting);
void tail(const Setting& setting);
void snapshot(const Setting& setting);
void aggregate(const Setting& setting);
void create(const Setting& setting);
void open_current(const Setting& setting);
void fair(const Setting& setting);
void idle_memory(const Setting& setting);

} // namespace bench
