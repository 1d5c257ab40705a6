// Writes the next revision of a service's schema. Copy the folder, and put your own schema and history in.
//
//     migrations check                          is the history up to date with the declarations?
//     migrations next NAME [RENAME...]          prints the next revision as a C++ header
//     migrations next-sql NAME [RENAME...]      the same as SQL
//     migrations dry-run DIRECTORY              what it would do to each tenant of a fleet
//
// A RENAME is table=new or table.column=new: nobody can guess it.
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/use_future.hpp>

#include <tenantry/fleet/migrate_all.hpp>
#include <tenantry/fleet/open.hpp>
#include <tenantry/migrate/next_revision.hpp>

#include "migrations/history.hpp"
#include "migrations/schema.hpp"

namespace {

using namespace tenantry;

int complain(const Error& error)
{
    std::cerr << "migrations: " << error << '\n';
    return 1;
}

int check()
{
    const auto difference = history_difference<example::Shop>(example::shop_history());
    if (!difference) return complain(difference.error());
    if (difference->empty()) return 0;
    std::cout << "the history does not lead to what is declared; `migrations next` writes what is missing:\n"
              << *difference;
    return 1;
}

int next(std::string_view name, const std::vector<std::string_view>& words, bool as_sql)
{
    std::vector<Rename> renames;
    for (const std::string_view word : words) {
        const auto equal = word.find('=');
        if (equal == std::string_view::npos) {
            std::cerr << "migrations: a rename is table=new or table.column=new, not '" << word << "'\n";
            return 2;
        }
        const std::string_view old = word.substr(0, equal);
        const std::string_view to = word.substr(equal + 1);
        const auto dot = old.find('.');
        renames.push_back(dot == std::string_view::npos
                              ? rename_table(old, to)
                              : rename_column(old.substr(0, dot), old.substr(dot + 1), to));
    }
    const auto draft = next_revision<example::Shop>(example::shop_history(), name, renames);
    if (!draft) return complain(draft.error());
    if (draft->empty()) {
        std::cerr << "migrations: the history leads to what is declared; there is nothing to write\n";
        return 0;
    }
    std::cout << (as_sql ? draft->to_sql() : draft->to_header());
    std::cerr << "migrations: review it, and keep it as " << draft->file_stem()
              << (as_sql ? ".sql\n" : ".hpp\n");
    return 0;
}

int dry_run(const char* directory)
{
    FleetOptions options;
    options.tenant.history = &example::shop_history();
    auto fleet = Fleet<example::Shop>::open(directory, options);
    if (!fleet) return complain(fleet.error());
    const auto report = async_migrate_all(*fleet, {.dry_run = DryRun::deep}, boost::asio::use_future).get();
    if (!report) return complain(report.error());
    for (const TenantMigration& tenant : report->tenants) {
        std::cout << tenant.id.view() << ": " << to_string(tenant.outcome) << '\n';
        for (const std::string& step : tenant.done) std::cout << "    " << step << '\n';
        if (tenant.error) std::cout << "    " << *tenant.error << '\n';
    }
    return report->complete() ? 0 : 1;
}

int run(int argc, char** argv)
{
    const std::string_view command = argc > 1 ? argv[1] : "";
    if (command == "check" && argc == 2) return check();
    if ((command == "next" || command == "next-sql") && argc > 2)
        return next(argv[2], {argv + 3, argv + argc}, command == "next-sql");
    if (command == "dry-run" && argc == 3) return dry_run(argv[2]);
    std::cerr
        << "usage: migrations check | next NAME [RENAME...] | next-sql NAME [RENAME...] | dry-run DIRECTORY\n";
    return 2;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "migrations: " << error.what() << '\n';
        return 1;
    }
}
