#include "node/exit/errand.hpp"

#include <algorithm>

namespace catacomb::node {

struct Errands::Run {
    Run(Runtime& runtime, std::shared_ptr<Errand> to_do, const Gather::Plan& plan, Patience& learns)
        : errand(std::move(to_do)),
          terms(errand->terms()),
          gather(plan),
          deadline(plan.deadline),
          patience(learns),
          progress(runtime) {}

    std::shared_ptr<Errand> errand;
    Errand::Terms terms;
    Gather gather;
    Time deadline;
    Patience& patience;
    std::map<routing::NodeId, DescriptorPtr> relays;
    routing::Gate progress;
    unsigned handing_over = 0;
    bool over = false;
};

Task<Result<Bytes>> Errand::call(Relays& relays, Gather::Ask ask, DescriptorPtr relay, Time deadline) {
    auto body = request(ask, *relay);
    co_return co_await relays.call(std::move(relay), terms().method, std::move(body), deadline);
}

Task<Gather::Outcome> Errands::run(std::shared_ptr<Errand> errand, Gather::Plan plan, Patience& patience) {
    auto run = std::make_shared<Run>(relays_.runtime(), std::move(errand), plan, patience);
    for (;;) {
        const auto step = proceed(run);
        run->over = step.over;
        if (run->over && run->handing_over == 0) break;
        const auto until = run->over ? kNever : step.wake;
        const auto wake = co_await run->progress.wait(until);
        if (wake == routing::Wake::closed) break;
    }
    run->over = true;
    co_return run->gather.outcome();
}

Gather::Step Errands::proceed(const std::shared_ptr<Run>& run) {
    if (!run->errand->is_wanted()) run->gather.stop();
    for (;;) {
        auto step = run->gather.next(relays_.runtime().now(), run->patience.now());
        for (const auto& one : step.asks) tasks_.spawn(ask(run, one));
        bool further = false;
        for (auto left = step.locate; left; left &= left - 1) {
            const auto index = static_cast<unsigned>(__builtin_ctzll(left));
            const storage::BlockId block{run->terms.root, static_cast<std::uint8_t>(index)};
            if (const auto relays = relays_.known(block, run->terms.relays)) {
                further |= name_relays(*run, index, *relays);
            } else {
                tasks_.spawn(look_up(run, index));
            }
        }
        if (!further) return step;
    }
}

bool Errands::name_relays(Run& run, unsigned index, const std::vector<DescriptorPtr>& relays) {
    std::vector<routing::NodeId> names;
    for (const auto& relay : relays) {
        run.relays.insert_or_assign(relay->id, relay);
        names.push_back(relay->id);
    }
    run.gather.located(index, std::move(names), relays_.runtime().now());
    return true;
}

Task<void> Errands::look_up(std::shared_ptr<Run> run, unsigned index) {
    const storage::BlockId block{run->terms.root, static_cast<std::uint8_t>(index)};
    const auto relays = co_await relays_.look_up(block, run->terms.relays, run->deadline);
    name_relays(*run, index, relays);
    run->progress.open();
}

Task<void> Errands::ask(std::shared_ptr<Run> run, Gather::Ask ask) {
    auto& runtime = relays_.runtime();
    const auto relay = run->relays.at(ask.relay);
    const auto asked_at = runtime.now();
    const auto deadline = std::min(run->deadline, asked_at + run->terms.limit);
    auto reply = co_await run->errand->call(relays_, ask, relay, deadline);
    const auto took = runtime.now() - asked_at;
    if (run->over) co_return;
    const auto words = co_await run->errand->judge(ask, relay, std::move(reply));
    // Only where there was something: a wait for a vault that is away says nothing about the way there.
    const bool came = std::find(words.begin(), words.end(), Gather::Word::here) != words.end();
    if (came && !ask.patient) run->patience.heard(took);
    if (run->over) co_return;
    const auto fresh = run->gather.answered(ask.id, words, runtime.now());
    ++run->handing_over;
    run->progress.open();
    co_await run->errand->hand_over(ask, fresh);
    --run->handing_over;
    run->progress.open();
}

}  // namespace catacomb::node
