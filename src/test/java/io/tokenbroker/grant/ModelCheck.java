package io.tokenbroker.grant;

import io.tokenbroker.grant.ModelCalls.Answered;
import io.tokenbroker.grant.ModelCalls.Call;
import io.tokenbroker.grant.ModelCalls.Now;
import io.tokenbroker.grant.ModelCalls.Work;
import io.tokenbroker.grant.ModelSteps.Step;
import io.tokenbroker.tenant.ModelTenant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Every schedule of some brokers over one world, shortest first. What two schedules reach alike is looked at once. */
final class ModelCheck {

    private static final int MOST_CALLS_OF_A_MINT = 60;

    private final ModelSetup setup;
    private final ModelSteps steps;
    private final Set<ModelState> seen = new HashSet<>();
    private final Set<ModelState> probed = new HashSet<>();

    ModelCheck(ModelSetup setup) {
        this.setup = setup;
        this.steps = new ModelSteps(setup);
    }

    /** The shortest schedule that breaks a rule, if there is one. */
    record Violation(String rule, List<String> schedule, ModelWorld world) {

        @Override
        public String toString() {
            var text = new StringBuilder(rule);
            for (var line = 0; line < schedule.size(); line++) {
                text.append("\n  ").append(line + 1).append(". ").append(schedule.get(line));
            }
            return text.append("\n  ").append(world).toString();
        }
    }

    /** A state and how it was reached. */
    private record Visit(ModelState state, Optional<Visit> before, String what) {}

    int states() {
        return seen.size();
    }

    Optional<Violation> explore() {
        return explore(Integer.MAX_VALUE);
    }

    Optional<Violation> explore(int most) {
        var todo = new ArrayDeque<Visit>();
        var start = steps.start();
        seen.add(start);
        todo.add(new Visit(start, Optional.empty(), ""));
        while (!todo.isEmpty() && seen.size() < most) {
            var visit = todo.remove();
            for (var step : steps.of(visit.state())) {
                if (step.broken().isEmpty() && !seen.add(step.after())) {
                    continue;
                }
                var next = new Visit(step.after(), Optional.of(visit), step.what());
                var broken = broken(step);
                if (broken.isPresent()) {
                    return Optional.of(violation(broken.get(), next));
                }
                todo.add(next);
            }
        }
        return Optional.empty();
    }

    private Optional<String> broken(Step step) {
        return step.broken()
                .or(() -> ModelRules.broken(step.after()))
                .or(() -> step.after().isQuiet() ? unusable(step.after()) : Optional.empty());
    }

    private static Violation violation(String rule, Visit end) {
        var lines = new ArrayDeque<String>();
        for (var visit = Optional.of(end);
                visit.isPresent();
                visit = visit.get().before()) {
            lines.addFirst(visit.get().what());
        }
        var all = new ArrayList<>(lines);
        all.removeIf(String::isEmpty);
        return new Violation(rule, all, end.state().world().world);
    }

    /** I6: when the faults are over, each broker mints. */
    Optional<String> unusable(ModelState quiet) {
        var world = quiet.world().world;
        var rested = world.store(true, true).expired().rechecked();
        rested = rested.with(rested.rows().withoutTokens(ModelWorld.ACCOUNT));
        rested = rested.runningLease().isPresent() ? rested.leaseExpired() : rested;
        var start = new ModelState(steps.shared(rested), quiet.actors(), 0, 0);
        if (!probed.add(start)) {
            return Optional.empty();
        }
        for (var index = 0; index < start.actors().size(); index++) {
            if (start.actors().get(index).node().hasUnstored) {
                start = ended(start, index, Work.RETRY);
            }
        }
        for (var index = 0; index < start.actors().size(); index++) {
            if (isUsable(start.world().world)
                    && ended(start, index, Work.MINT)
                            .actors()
                            .get(index)
                            .node()
                            .handedOut
                            .isEmpty()) {
                return Optional.of("I6: after the faults are over, "
                        + start.actors().get(index).name() + " gets no token");
            }
        }
        return Optional.empty();
    }

    private static boolean isUsable(ModelWorld world) {
        var current = world.current();
        return current >= 0
                && !world.families().get(current).isExcused()
                && !world.families().get(current).isRevoked();
    }

    /** Does the work while all others rest. */
    private ModelState ended(ModelState begin, int index, Work work) {
        var state = begin;
        var actor = state.actors().get(index);
        var world = state.world().world;
        var node = actor.node().answered(setup.kind(), new Answered(work, 0, Now.of(world)));
        for (var calls = 0; !node.isIdle() && calls < MOST_CALLS_OF_A_MINT; calls++) {
            Object answer;
            if (node.next instanceof Call.Send send) {
                var works = world.works(send.token());
                world = world.used(send.token());
                var next = world.newestOf(ModelWorld.familyOf(send.token()));
                answer = works
                        ? ModelTenant.refreshed(ModelSteps.accessToken(next, send.user(), world), next)
                        : ModelTenant.refused();
            } else {
                var outcome = steps.performed(world, actor, node.next);
                world = outcome.world();
                answer = outcome.answer();
            }
            if (node.next instanceof Call.Take) {
                actor = actor.leased();
            }
            node = node.answered(setup.kind(), new Answered(answer, 1, Now.of(world)));
        }
        return state.with(steps.shared(world), index, actor.at(node));
    }
}
