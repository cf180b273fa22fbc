package io.tokenbroker.grant;

import io.tokenbroker.grant.InMemoryGrantStore.Row;
import io.tokenbroker.grant.ModelCalls.Call;
import io.tokenbroker.grant.ModelSteps.Step;
import io.tokenbroker.seal.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** One schedule, step by step, under the same rules. */
final class ModelSchedule {

    private static final int MOST_STEPS = 100;

    private final ModelSteps steps;
    private final ModelCheck check;
    private final List<String> taken = new ArrayList<>();
    private final List<String> handedOut = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private ModelState state;

    ModelSchedule(ModelSetup setup) {
        steps = new ModelSteps(setup);
        check = new ModelCheck(setup);
        state = steps.start();
    }

    /** Takes the step that is called so, up to where its name goes on. */
    ModelSchedule step(String name) {
        return take(step -> step.what().startsWith(name));
    }

    /** Takes the step of a broker, mostly a fault, that is called so at its end. */
    ModelSchedule fault(String broker, String end) {
        return take(step -> step.what().startsWith(broker) && step.what().endsWith(end));
    }

    /** The broker goes on, if nothing fails, until this is its next call. */
    ModelSchedule until(String broker, Class<? extends Call> call) {
        return until(
                broker,
                actor -> call.isInstance(actor.node().next) && actor.due().isEmpty());
    }

    /** The broker goes on until it has sent, and the answer is under way. */
    ModelSchedule untilSent(String broker) {
        return until(broker, actor -> actor.due().isPresent());
    }

    /** The broker begins its next work, or goes on with this one, and ends it. */
    ModelSchedule ends(String broker) {
        if (actor(broker).isQuiet()) {
            goOn(broker);
        }
        return isThrough(broker);
    }

    /** The broker goes on until it is idle. */
    ModelSchedule isThrough(String broker) {
        return until(broker, ModelState.Actor::isQuiet);
    }

    /** What no broker does, such as to restore a backup. */
    ModelSchedule change(String what, UnaryOperator<ModelWorld> change) {
        reach(new Step(what, state.with(steps.shared(change.apply(world())))));
        return this;
    }

    ModelWorld world() {
        return state.world().world;
    }

    /** The refresh token in the row. */
    Optional<String> stored() {
        return world().row().map(Row::refreshToken).map(Secret::reveal);
    }

    /** Access tokens, in order. */
    List<String> handedOut() {
        return handedOut;
    }

    List<String> taken() {
        return taken;
    }

    /** How often a step was taken that is called so at its end. */
    long times(String end) {
        return taken.stream().filter(what -> what.endsWith(end)).count();
    }

    /** The rules that were broken, with which a schedule ends. */
    List<String> broken() {
        return broken;
    }

    private ModelSchedule until(String broker, Predicate<ModelState.Actor> end) {
        for (var count = 0; broken.isEmpty() && !end.test(actor(broker)); count++) {
            if (count == MOST_STEPS) {
                throw new AssertionError(broker + " gets nowhere: " + taken);
            }
            goOn(broker);
        }
        return this;
    }

    private void goOn(String broker) {
        take(step -> step.what().startsWith(broker) && step.after().faults() == state.faults());
    }

    private ModelState.Actor actor(String broker) {
        return state.actors().get(broker.charAt(0) - 'A');
    }

    private ModelSchedule take(Predicate<Step> which) {
        if (!broken.isEmpty()) {
            return this;
        }
        var all = steps.of(state);
        reach(all.stream()
                .filter(which)
                .findFirst()
                .orElseThrow(() -> new AssertionError(
                        "no such step among " + all.stream().map(Step::what).toList() + " after " + taken)));
        return this;
    }

    private void reach(Step step) {
        taken.add(step.what());
        step.handedOut().forEach(token -> handedOut.add(said(token.accessToken())));
        state = step.after();
        step.broken()
                .or(() -> ModelRules.broken(state))
                .or(() -> state.isQuiet() ? check.unusable(state) : Optional.empty())
                .ifPresent(broken::add);
    }

    private static String said(Secret accessToken) {
        var text = accessToken.reveal();
        return text.substring(0, text.lastIndexOf(':'));
    }
}
