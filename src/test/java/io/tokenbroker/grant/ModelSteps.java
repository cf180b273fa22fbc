package io.tokenbroker.grant;

import io.tokenbroker.grant.ModelCalls.Answered;
import io.tokenbroker.grant.ModelCalls.Call;
import io.tokenbroker.grant.ModelCalls.Failure;
import io.tokenbroker.grant.ModelCalls.Now;
import io.tokenbroker.grant.ModelCalls.Work;
import io.tokenbroker.grant.ModelSetup.Fault;
import io.tokenbroker.grant.ModelState.Actor;
import io.tokenbroker.grant.ModelState.Due;
import io.tokenbroker.grant.ModelState.Shared;
import io.tokenbroker.grant.ModelWorld.Family;
import io.tokenbroker.grant.ModelWorld.Kind;
import io.tokenbroker.link.Remembered.SignIn;
import io.tokenbroker.refresh.ModelMints.HandedOut;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.tenant.ModelTenant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What can happen next. */
final class ModelSteps {

    /** Longer than a broker waits for a lease, and than a lease lasts. */
    private static final int LONG = 60;

    private final ModelSetup setup;
    private final ModelNode started;
    private final ModelEvents events;
    private final Map<ModelWorld, Shared> worlds = new HashMap<>();

    ModelSteps(ModelSetup setup) {
        this.setup = setup;
        this.started = ModelNode.started(setup.kind());
        this.events = new ModelEvents(setup, this);
    }

    /**
     * @param broken the rule that this step itself breaks
     * @param handedOut the access tokens that it gives to callers
     */
    record Step(String what, ModelState after, Optional<String> broken, List<HandedOut> handedOut) {

        Step {
            handedOut = List.copyOf(handedOut);
        }

        Step(String what, ModelState after) {
            this(what, after, Optional.empty(), List.of());
        }

        Step after(String first) {
            return new Step(first + what, after, broken, handedOut);
        }

        Step asFault() {
            return new Step(what, after.afterFault(), broken, handedOut);
        }
    }

    record Outcome(ModelWorld world, Object answer) {}

    ModelState start() {
        var actors = new ArrayList<Actor>();
        for (var works : setup.works()) {
            actors.add(new Actor("" + (char) ('A' + actors.size()), works, started, Optional.empty(), 0));
        }
        var world = ModelWorld.linked(setup.kind());
        if (setup.isStored()) {
            var store = setup.storeOf(world);
            store.startOver(SignIn.of(world.link().orElseThrow()), 0, true);
            world = world.with(store.rows());
        }
        return new ModelState(shared(world), actors, setup.mostFaults(), setup.mostEvents());
    }

    List<Step> of(ModelState state) {
        var steps = new ArrayList<Step>();
        for (var index = 0; index < state.actors().size(); index++) {
            addStepsOf(state, index, steps);
        }
        steps.addAll(events.of(state));
        return steps;
    }

    Shared shared(ModelWorld world) {
        return worlds.computeIfAbsent(world, Shared::new);
    }

    private Shared shared(ModelState state, ModelWorld world) {
        return state.world().world.equals(world) ? state.world() : shared(world);
    }

    private void addStepsOf(ModelState state, int index, List<Step> steps) {
        var actor = state.actors().get(index);
        if (setup.may(Fault.CRASH, state) && !(actor.node().hasJustStarted() && actor.isQuiet())) {
            steps.add(new Step(actor.name() + " crashes", crashed(state, index).afterFault()));
        }
        if (actor.due().isPresent()) {
            addArrivals(state, index, actor.due().get(), steps);
        } else if (!actor.node().isIdle()) {
            addCalls(state, index, steps);
        } else if (actor.node().hasUnstored) {
            if (state.world().world.isUp()) {
                addBegun(state, index, actor, Work.RETRY, steps);
            }
        }
        if (actor.isQuiet() && !actor.works().isEmpty()) {
            addBegun(state, index, actor.begun(), actor.works().getFirst(), steps);
        }
    }

    /** To begin is nothing that others see: the first call is part of the step. */
    private void addBegun(ModelState state, int index, Actor actor, Work work, List<Step> steps) {
        var world = state.world().world;
        var node = actor.node().answered(setup.kind(), new Answered(work, 0, Now.of(world)));
        var begun = state.with(state.world(), index, actor.at(node));
        var what = actor.name() + " begins to " + work + "; ";
        if (node.isIdle()) {
            steps.add(settled(what + "it needs nobody", state.with(state.world(), index, actor), index, world, node));
            return;
        }
        var first = new ArrayList<Step>();
        addCalls(begun, index, first);
        first.forEach(step -> steps.add(step.after(what)));
    }

    private void addArrivals(ModelState state, int index, Due due, List<Step> steps) {
        var actor = state.actors().get(index);
        steps.add(answered(
                actor.name() + ": its answer arrives", state, index, state.world().world, due.value(), due.seconds()));
        if (actor.node().next instanceof Call.Send && setup.may(Fault.ANSWER_LOST, state)) {
            var lost = answered(
                    actor.name() + ": its answer is lost",
                    state,
                    index,
                    state.world().world,
                    ModelTenant.unanswered(),
                    0);
            var after = due.successor()
                    .filter(successor -> !isSentAgainInTime(lost.after(), index, successor))
                    .map(successor -> excused(lost.after(), successor))
                    .orElse(lost.after());
            steps.add(new Step(lost.what(), after, lost.broken(), lost.handedOut()).asFault());
        }
    }

    private boolean isSentAgainInTime(ModelState state, int index, Secret successor) {
        var world = state.world().world;
        return setup.kind() == Kind.GRACE
                && state.actors().get(index).node().next instanceof Call.Pause
                && world.families().get(ModelWorld.familyOf(successor)).hasGrace();
    }

    private void addCalls(ModelState state, int index, List<Step> steps) {
        var actor = state.actors().get(index);
        var world = state.world().world;
        var what = actor.name() + ": " + ModelWords.said(actor.node().next);
        switch (actor.node().next) {
            case Call.Send send -> addSend(state, index, send, what, steps);
            case Call.Wait wait ->
                steps.add(
                        isChanged(world, actor)
                                ? answered(actor.name() + " looks again", state, index, world, true, 1)
                                : answered(actor.name() + " looks for the last time", state, index, world, true, LONG));
            case Call.Pause pause -> steps.add(answered(what, state, index, world, true, 2));
            case Call.Take take -> {
                var outcome = performed(world, actor, take);
                var leased = state.with(state.world(), index, actor.leased());
                steps.add(answered(what, leased, index, outcome.world(), outcome.answer(), 0));
                if (world.isUp()) {
                    addFault(Fault.LEASE_ANSWER_LOST, what, leased, index, outcome, steps);
                }
                if (world.isUp() && setup.may(Fault.LEASE_ANSWER_LATE, state)) {
                    var late = actor.leased().awaiting(new Due(outcome.answer(), LONG, Optional.empty()));
                    steps.add(new Step(
                            what + ", and is stopped before it sees the answer",
                            state.with(shared(outcome.world()), index, late).afterFault()));
                }
            }
            default -> {
                var outcome = performed(world, actor, actor.node().next);
                steps.add(answered(what, state, index, outcome.world(), outcome.answer(), 0));
                addFaultyAnswers(state, index, what, outcome, steps);
            }
        }
    }

    private void addFaultyAnswers(ModelState state, int index, String what, Outcome outcome, List<Step> steps) {
        switch (state.actors().get(index).node().next) {
            case Call.Find find -> {
                if (setup.may(Fault.FALSE_404, state)) {
                    var world = state.world().world;
                    var wrong = what + ", which is not found, wrongly";
                    steps.add(answered(wrong, state, index, world, Optional.empty(), 0)
                            .asFault());
                }
                addFusionAuthDown(state, index, what, state.world().world, steps);
            }
            case Call.DeleteLink delete -> addFusionAuthDown(state, index, what, outcome.world(), steps);
            case Call.Keep keep -> addFault(Fault.KEEP_ANSWER_LOST, what, state, index, outcome, steps);
            case Call.StartOver begin -> addFault(Fault.OTHER_ANSWER_LOST, what, state, index, outcome, steps);
            case Call.End end -> addFault(Fault.OTHER_ANSWER_LOST, what, state, index, outcome, steps);
            case Call.Remove remove -> addFault(Fault.OTHER_ANSWER_LOST, what, state, index, outcome, steps);
            default -> {}
        }
    }

    private void addFusionAuthDown(ModelState state, int index, String what, ModelWorld world, List<Step> steps) {
        if (setup.may(Fault.FUSIONAUTH_DOWN, state)) {
            steps.add(answered(what + ", without an answer", state, index, world, Failure.FUSIONAUTH_AWAY, 0)
                    .asFault());
        }
    }

    private void addFault(Fault fault, String what, ModelState state, int index, Outcome outcome, List<Step> steps) {
        if (setup.may(fault, state) && state.world().world.isUp()) {
            var lost = what + ", and the answer is lost";
            steps.add(answered(lost, state, index, outcome.world(), Failure.STORE_AWAY, 0)
                    .asFault());
        }
    }

    private void addSend(ModelState state, int index, Call.Send send, String what, List<Step> steps) {
        var world = state.world().world;
        var after = world.used(send.token());
        var works = world.works(send.token());
        var successor =
                works ? Optional.of(after.newestOf(ModelWorld.familyOf(send.token()))) : Optional.<Secret>empty();
        var outcome = successor
                .map(next -> ModelTenant.refreshed(accessToken(next, send.user(), world), next))
                .orElseGet(ModelTenant::refused);
        var actor = state.actors().get(index).awaiting(new Due(outcome, 0, successor));
        steps.add(new Step(
                what,
                state.with(shared(after), index, actor),
                ModelRules.sentTwice(state, index, send.token()),
                List.of()));
        if (setup.may(Fault.REQUEST_LOST, state)) {
            steps.add(answered(what + ", which never arrives", state, index, world, ModelTenant.unanswered(), 0)
                    .asFault());
        }
    }

    static String accessToken(Secret refreshToken, UUID user, ModelWorld world) {
        var who = user.equals(ModelWorld.X) ? "X" : "Y";
        return "at:%s:%s:%d".formatted(refreshToken.reveal().substring(3), who, world.expiries());
    }

    /** Whether a broker that waits would see anything new. */
    private boolean isChanged(ModelWorld world, Actor actor) {
        var before = actor.node().looked;
        return !world.isUp()
                || before.isEmpty()
                || (world.isSettled() && !actor.node().now.isSettled())
                || !setup.storeOf(world)
                        .look(before.get().signIn(), before.get().target())
                        .equals(before.get().look());
    }

    Outcome performed(ModelWorld world, Actor actor, Call call) {
        return switch (call) {
            case Call.Find find -> new Outcome(world, world.link());
            case Call.DeleteLink delete -> {
                var isThere = world.link()
                        .filter(link -> link.userId().equals(delete.link().userId()))
                        .isPresent();
                yield new Outcome(isThere ? world.unlinked() : world, true);
            }
            case Call.Authorize authorize -> {
                var after = world.signedIn(ModelWorld.X);
                yield new Outcome(after, after.link());
            }
            case Call.Idle idle -> throw new IllegalStateException();
            case Call.Send send -> throw new IllegalStateException();
            case Call.Pause pause -> new Outcome(world, true);
            case Call.Wait wait -> new Outcome(world, true);
            default -> world.isUp() ? stored(world, actor, call) : new Outcome(world, Failure.STORE_AWAY);
        };
    }

    private Outcome stored(ModelWorld world, Actor actor, Call call) {
        var store = setup.storeOf(world);
        var answer = switch (call) {
            case Call.LookAt look -> store.look(look.signIn(), look.target());
            case Call.Version version -> store.version(ModelWorld.ACCOUNT);
            case Call.Take take ->
                store.lease(
                        take.signIn(),
                        take.version(),
                        actor.name() + actor.leases(),
                        take.length(),
                        // Decided right before the statement is sent.
                        take.takeOver() && (world.isSettled() || setup.kind() == Kind.REUSABLE));
            case Call.Keep keep -> store.keep(keep.held(), keep.token(), keep.shared(), ModelWorld.TIME);
            case Call.Holds holds -> store.holds(ModelWorld.ACCOUNT, holds.token());
            case Call.StartOver begin -> store.startOver(begin.signIn(), begin.seen(), begin.authorized());
            case Call.End end -> store.end(end.held(), end.mark());
            case Call.Remove remove -> {
                store.remove(remove.signIn());
                yield true;
            }
            default -> throw new IllegalStateException();
        };
        return new Outcome(world.with(store.rows()), answer);
    }

    private Step answered(String what, ModelState state, int index, ModelWorld world, Object answer, int seconds) {
        var before = state.actors().get(index).node();
        var node = before.answered(setup.kind(), new Answered(answer, seconds, now(before, answer, world)));
        return settled(what, state, index, world, node);
    }

    /** A broker looks at its clock only where it matters: else schedules would differ in what no broker sees. */
    private Now now(ModelNode before, Object answer, ModelWorld world) {
        var doesNotLook = switch (before.next) {
            case Call.Take take -> answer != Failure.STORE_AWAY;
            case Call.Send send -> setup.kind() != Kind.REUSABLE;
            case Call.StartOver begin -> true;
            case Call.Pause pause -> true;
            case Call.Wait wait -> true;
            default -> false;
        };
        return doesNotLook ? before.now : Now.of(world);
    }

    private Step settled(String what, ModelState state, int index, ModelWorld world, ModelNode reached) {
        var actor = state.actors().get(index);
        var node = reached;
        var broken = ModelRules.handedOut(world, node);
        if (node.next instanceof Call.Version version && !setup.isFine()) {
            var seen = performed(world, actor, version).answer();
            node = node.answered(setup.kind(), new Answered(seen, 0, Now.of(world)));
            broken = broken.isPresent() ? broken : ModelRules.handedOut(world, node);
        }
        // What a broker remembers matters no more when its work is done.
        var isDone = node.isIdle() && actor.works().isEmpty() && !node.hasUnstored;
        var at = isDone ? new Actor(actor.name(), List.of(), started, Optional.empty(), 0) : actor.at(node);
        return new Step(what, state.with(shared(state, world), index, at), broken, node.handedOut);
    }

    private ModelState crashed(ModelState state, int index) {
        var actor = state.actors().get(index);
        var after = state;
        for (var lost : List.of(actor.holding(), actor.node().unanswered)) {
            after = lost.isPresent() ? excused(after, lost.get()) : after;
        }
        var again = new Actor(actor.name(), actor.works(), started, Optional.empty(), actor.leases());
        return after.with(after.world(), index, again);
    }

    ModelState excused(ModelState state, Secret token) {
        if (setup.kind() == Kind.REUSABLE) {
            return state;
        }
        return state.with(shared(state.world().world.family(ModelWorld.familyOf(token), Family::excused)));
    }
}
