// What compiling with tenantry costs, as ratios to <boost/asio.hpp> alone, which its users include anyway.
//
//     bench_compile_time [ROUNDS [COMPILER...]]
//
// ROUNDS is 5; the compilers are clang++-19, clang++-16 and g++, those of them that are there. Each program is
// compiled to an object without optimisation, those that open a fleet with -O2 as well. The programs take turns, and of each the least processor time and the
// least memory count: a machine that is busy can only add to them.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

// --- The programs --------------------------------------------------------------------------------------------------

constexpr std::string_view heading = "#include <tenantry/tenantry.hpp>\n"
                                     "using namespace tenantry;\n"
                                     "enum class State { waiting, running, done };\n";

// The text with N in the place of every '#'.
std::string numbered(std::string_view text, int n)
{
    std::string made;
    for (const char c : text) c == '#' ? made.append(std::to_string(n)) : made.append(1, c);
    return made;
}

// A row with an id and `count` fields more, of types that take turns.
std::string row(const std::string& name, int count)
{
    constexpr std::array types{
        "std::string", "std::int64_t", "std::optional<std::string>", "Timestamp", "bool", "State", "double"};
    std::string text = "struct " + name + " {\n    Id<" + name + "> id{};\n";
    for (int i = 0; i < count; ++i)
        text += std::string("    ") + types[static_cast<std::size_t>(i) % types.size()] + " f" +
                std::to_string(i) + "{};\n";
    return text + "};\n";
}

// Forty queries, no two of one form: thirty that read, ten that write.
std::string forty_queries()
{
    std::string text(heading);
    for (int t = 0; t < 10; ++t) text += row("Row" + std::to_string(t), 14);
    text += "struct App : Schema<";
    for (int t = 0; t < 10; ++t)
        text +=
            (t == 0 ? "" : ",") + numbered("\n    Table<\"row#\", Row#, Index<\"by_f1_#\", &Row#::f1>>", t);
    text +=
        "> {};\n"
        "bool reads(TenantDb<App> db, std::int64_t number, const std::string& text)\n{\n    bool good = true;\n";
    for (int t = 0; t < 10; ++t)
        text += numbered(R"(
    good = good && db.read(first(select<Row#>().where(col<&Row#::id> == key_for<Row#>(db, number))));
    good = good && db.read(select<Row#>().where(col<&Row#::f0> == text && col<&Row#::f1> > number)
                               .order_by(desc(col<&Row#::f3>)).limit(100));
    good = good && db.read(select(col<&Row#::f5>, count(), sum(col<&Row#::f1>)).group_by(col<&Row#::f5>));)",
                         t);
    text += "\n    return good;\n}\n"
            "Result<void> writes(Tx<App>& tx, std::int64_t number, const std::string& text)\n{";
    for (int t = 0; t < 5; ++t)
        text += numbered(R"(
    if (auto done = tx.run(insert(Row#{})); !done) return tl::unexpected(done.error());
    if (auto done = tx.run(update<Row#>().set(col<&Row#::f1> = number).where(col<&Row#::f0> == text)); !done)
        return tl::unexpected(done.error());)",
                         t);
    return text + "\n    return {};\n}\n";
}

std::string sixty_columns()
{
    return std::string(heading) + row("Wide", 59) + R"(
struct App : Schema<Table<"wide", Wide>> {};
bool use(TenantDb<App> db) { return db.read(select<Wide>().where(col<&Wide::f1> > 1)).has_value(); }
Result<void> use(Tx<App>& tx, Wide& row)
{
    if (auto done = tx.run(insert(row)); !done) return tl::unexpected(done.error());
    if (auto done = tx.run(update(row)); !done) return tl::unexpected(done.error());
    return {};
}
)";
}

// The program's own fleet: two tables, and the unit that opens it.
std::string opened_fleet()
{
    return "#include <tenantry/fleet/open.hpp>\n" + std::string(heading) + row("Author", 3) + row("Note", 3) +
           R"(
struct App : Schema<Table<"author", Author>, Table<"note", Note>> {};
Result<Fleet<App>> open(const std::filesystem::path& root) { return Fleet<App>::open(root); }
)";
}

// --- Running a compiler --------------------------------------------------------------------------------------------

struct Cost {
    double seconds = std::numeric_limits<double>::infinity(); // user and system
    double megabytes = std::numeric_limits<double>::infinity();
};

double seconds(const timeval& time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

struct Program {
    const char* name;
    std::string text;
    const char* wanted;      // what is aimed at, as a ratio
    bool optimised = false;  // -O2
    bool separately = false; // TENANTRY_SEPARATE_COMPILATION
    Cost cost{};
};

Cost compile(const std::string& compiler, const fs::path& source, const Program& program)
{
    const char* const optimised = program.optimised ? "-O2" : "-O0";
    const char* const separately =
        program.separately ? "-DTENANTRY_SEPARATE_COMPILATION" : "-UTENANTRY_SEPARATE_COMPILATION";
    const std::string object = source.string() + ".o";
    const std::string include = "-I" TENANTRY_SOURCE_DIR "/include";
    const pid_t child = fork();
    if (child == 0) {
        execlp(compiler.c_str(), compiler.c_str(), "-std=c++20", optimised, separately, include.c_str(), "-c",
               source.c_str(), "-o", object.c_str(), static_cast<char*>(nullptr));
        _exit(127);
    }
    int status = 0;
    rusage used{};
    if (child < 0 || wait4(child, &status, 0, &used) != child || status != 0) {
        std::fprintf(stderr, "%s could not compile %s\n", compiler.c_str(), source.c_str());
        std::exit(1);
    }
    return {seconds(used.ru_utime) + seconds(used.ru_stime), static_cast<double>(used.ru_maxrss) / 1024};
}

bool is_there(const std::string& compiler)
{
    const pid_t child = fork();
    if (child == 0) {
        const int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
        execlp(compiler.c_str(), compiler.c_str(), "--version", static_cast<char*>(nullptr));
        _exit(127);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

void report(const std::string& compiler, const std::vector<Program>& programs)
{
    std::printf("%s\n  %-38s %9s %7s %9s %7s\n", compiler.c_str(), "", "seconds", "ratio", "MB", "ratio");
    for (const Program& program : programs) {
        const Cost& base = std::ranges::find(programs, program.optimised, &Program::optimised)->cost;
        std::printf("  %-38s %9.2f %7.2f %9.0f %7.2f   %s\n", program.name, program.cost.seconds,
                    program.cost.seconds / base.seconds, program.cost.megabytes,
                    program.cost.megabytes / base.megabytes, program.wanted);
    }
}

} // namespace

int main(int argc, char** argv)
{
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const int rounds = arguments.empty() ? 5 : std::max(1, std::atoi(arguments[0].c_str()));
    std::vector<std::string> compilers;
    if (arguments.size() > 1)
        compilers.assign(arguments.begin() + 1, arguments.end());
    else
        for (const char* each : {"clang++-19", "clang++-16", "g++"})
            if (is_there(each)) compilers.emplace_back(each);

    std::string scratch = (fs::temp_directory_path() / "tenantry-compile-XXXXXX").string();
    if (mkdtemp(scratch.data()) == nullptr) {
        std::perror("cannot make a folder for the programs");
        return 1;
    }
    for (const std::string& compiler : compilers) {
        std::vector<Program> programs{
            {"<boost/asio.hpp>", "#include <boost/asio.hpp>\n", ""},
            {"<tenantry/tenantry.hpp>", "#include <tenantry/tenantry.hpp>\n", "wanted: at most 1.4 in time"},
            {"10 tables of 15 columns, 40 queries", forty_queries(),
             "wanted: at most 4 in time, 3 in memory"},
            {"a table of 60 columns", sixty_columns(), ""},
            {"a fleet that is opened", opened_fleet(), ""},
            {"the same, compiled separately", opened_fleet(), "wanted: at most 2.2 in time", false, true},
            {"<boost/asio.hpp>, -O2", "#include <boost/asio.hpp>\n", "", true},
            {"a fleet that is opened, -O2", opened_fleet(), "", true},
            {"the same, compiled separately, -O2", opened_fleet(), "wanted: at most 2.0 in time", true, true},
        };
        for (int round = 0; round < rounds; ++round) {
            for (std::size_t i = 0; i < programs.size(); ++i) {
                const fs::path source = fs::path(scratch) / ("program" + std::to_string(i) + ".cpp");
                std::ofstream(source) << programs[i].text;
                const Cost cost = compile(compiler, source, programs[i]);
                programs[i].cost.seconds = std::min(programs[i].cost.seconds, cost.seconds);
                programs[i].cost.megabytes = std::min(programs[i].cost.megabytes, cost.megabytes);
            }
        }
        report(compiler, programs);
    }
    fs::remove_all(scratch);
}
