#include "tools/catacomb/watched_job.hpp"

#include "tools/catacomb/begun_job.hpp"
#include "tools/catacomb/files.hpp"
#include "tools/catacomb/interrupts.hpp"
#include "tools/catacomb/job_follower.hpp"

namespace catacomb::cli {

int watch_job(const Options& options, const boost::json::object& request, const std::string& interrupted,
              const std::function<void(const boost::json::object&)>& explain) {
    auto job = BegunJob::begin(options, request);
    if (!job) return fail(options, job.error());
    const Interrupts interrupts([&] {
        job->cancel();
        say(interrupted);
    });
    ProgressPrinter printer;
    JobFollower follower(job->another_connection(), job->id(), printer);
    const auto ended = follower.wait();
    if (!ended) return fail(options, ended.error());
    if (text_in(*ended, "state") != "done") return fail_job(options, *ended);
    if (options.json) {
        print_json(*ended);
    } else {
        explain(object_in(*ended, text_in(request, "kind").c_str()));
    }
    return static_cast<int>(number_in(*ended, "exit_code"));
}

}  // namespace catacomb::cli
