// catacomb-tagging [ATTEMPTS [SEED]]: cells marked by relays that collude (tools/tagging/tagging.hpp). The
// figure comes last. Exits with 1 unless every attempt came to nothing, and every one without the defence to
// something.
#include <cstdlib>
#include <iostream>

#include "base/log.hpp"
#include "crypto/random.hpp"
#include "tools/tagging/tagging.hpp"

int main(int argc, char** argv) {
    using namespace catacomb;
    using tagging::Guarded;
    crypto::initialise();
    const std::uint64_t attempts = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000;
    const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    const auto tagged = tagging::tag_forward(attempts, seed, Guarded::yes);
    const auto tagged_untagged = tagging::tag_forward(attempts, seed, Guarded::no);
    const auto marked = tagging::mark_backward(attempts, seed, Guarded::yes);
    const auto marked_unchained = tagging::mark_backward(attempts, seed, Guarded::no);
    std::cout << concat("controls: without the AEAD ", tagged_untagged.delivered, " of ", attempts,
                        " forward marks reach the exit; without the chain ",
                        marked_unchained.unnoticed - marked_unchained.dead_at_next, " of ", attempts,
                        " circuits live on after a mark")
              << std::endl;
    const bool good = attempts > 0 && tagged.delivered == 0 && tagged.dead_at_next_honest == attempts &&
                      tagged_untagged.delivered == attempts && marked.dead_at_next == attempts &&
                      marked_unchained.unnoticed == attempts && marked_unchained.dead_at_next == 0;
    std::cout << concat(attempts, " forward tags: ", tagged.delivered, " delivered, ",
                        tagged.dead_at_next_honest, " dead at the next honest hop; ", attempts,
                        " backward cells marked and unmarked: ", marked.dead_at_next,
                        " circuits dead at the next cell; controls: all ", tagged_untagged.delivered,
                        " delivered without the AEAD, ", marked_unchained.dead_at_next,
                        " dead without the chain")
              << std::endl;
    return good ? 0 : 1;
}
