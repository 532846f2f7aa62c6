#include <iomanip>

#include "storage/tree/file_name.hpp"
#include "tools/catacomb/begun_job.hpp"
#include "tools/catacomb/commands.hpp"
#include "tools/catacomb/files.hpp"
#include "tools/catacomb/interrupts.hpp"
#include "tools/catacomb/job_follower.hpp"

namespace catacomb::cli {
namespace json = boost::json;
namespace {

// A file is hashed here, so that the node can disperse it as it streams in; a pipe is spooled by the node.
Result<json::object> describe(InputFile& input, const InsertArguments& arguments, ProgressPrinter& printer) {
    const auto name = arguments.name.value_or(input.name());
    if (!storage::valid_file_name(name)) {
        return error(
            Code::bad_input,
            concat("a file cannot be stored with the name '", name, "': names are at most ",
                   storage::kMaxName,
                   " bytes of UTF-8 without control characters, / and \\; give another with --name"));
    }
    json::object request{{"kind", "insert"}, {"name", name}, {"convergent", arguments.convergent}};
    if (!input.size()) return request;
    const auto total = *input.size();
    const auto hash = input.hash([&](std::uint64_t done) {
        printer.show({{"phase", "hashing"}, {"bytes_done", done}, {"bytes_total", total}});
    });
    printer.clear();
    if (!hash) return hash.error();
    request["content_hash"] = hash->hex();
    request["size"] = total;
    return request;
}

// Code::unreachable when there is none. Its connection is not kept: a job takes two of its own.
Result<> find_node(const Options& options) {
    auto node = ApiClient::open(options.data_dir);
    if (!node) return node.error();
    const auto there = node->call("GET", "/v1/status");
    return there ? ok() : Result<>(there.error());
}

void explain(const json::object& report) {
    say(concat("placed ", number_in(report, "blocks_placed"), " of ", number_in(report, "blocks_wanted"),
               " blocks on ", number_in(report, "distinct_vaults"), " vaults, at most ",
               number_in(report, "most_blocks_on_one_vault"),
               " of a segment on one; survives the loss of any ", number_in(report, "survives_vault_losses"),
               " vaults; estimated survival with 30 % of vaults away: ", std::setprecision(9),
               real_in(report, "estimated_survival")));
    say(concat("bodies read: ", number_in(report, "bodies_read"), " of ", number_in(report, "bodies_asked"),
               ", from ", number_in(report, "vaults_read"), " of the ", number_in(report, "distinct_vaults"),
               " vaults"));
    if (const auto failed = number_in(report, "vaults_failed"); failed > 0) {
        say(concat("note: ", failed,
                   " vaults signed for blocks that they did not give back; what they signed for"
                   " was stored elsewhere"));
    }
    const auto placed = number_in(report, "least_placed"), wanted = number_in(report, "least_wanted");
    if (placed < wanted) {
        say(concat("note: the segment that fared worst has ", placed, " of ", wanted,
                   " blocks; insert the file again later to fill it up (the key stays the same)"));
    }
}

int conclude(const Options& options, const json::object& job) {
    if (text_in(job, "state") != "done") return fail_job(options, job);
    const auto& report = object_in(job, "insert");
    explain(report);
    if (options.json) {
        print_json(job);
    } else {
        print_line(text_in(report, "key"));
    }
    return static_cast<int>(node::ExitCode::done);
}

}  // namespace

int insert(const Options& options, const InsertArguments& arguments) {
    auto input = InputFile::open(arguments.file);
    if (!input) return fail(options, input.error());
    // Before a long file is hashed for nothing.
    if (const auto there = find_node(options); !there) return fail(options, there.error());
    ProgressPrinter printer;
    const auto request = describe(*input, arguments, printer);
    if (!request) return fail(options, request.error());
    auto job = BegunJob::begin(options, *request);
    if (!job) return fail(options, job.error());

    const Interrupts interrupts([&] {
        job->cancel();
        say("interrupted; insert the same file again to go on: blocks that are stored already stay");
    });
    JobFollower follower(job->another_connection(), job->id(), printer);
    std::optional<Error> unreadable;
    const auto read = [&](MutableBytes into) {
        auto n = input->read(into, follower.ended());
        if (!n) unreadable = n.error();
        // The job is over, or nobody knows of it: this is not the end of the file, and must not look like it.
        if (n && *n == 0 && follower.ended()) return Result<std::size_t>(error(Code::closed));
        return n;
    };
    // What goes wrong here is the job's failure too, and that says more.
    static_cast<void>(job->connection().upload(job->content(), input->size(), read));
    const auto ended = follower.wait();
    if (unreadable) return fail(options, *unreadable);
    return ended ? conclude(options, *ended) : fail(options, ended.error());
}

}  // namespace catacomb::cli
