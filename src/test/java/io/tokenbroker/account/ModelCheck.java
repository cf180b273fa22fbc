package io.tokenbroker.account;

import io.tokenbroker.account.ModelActor.Answer;
import io.tokenbroker.account.ModelActor.Answered;
import io.tokenbroker.account.ModelActor.Call;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.fusionauth.LinkDeletion;
import io.tokenbroker.fusionauth.LinkWrite;
import io.tokenbroker.seal.Secret;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Every schedule of some actors over one world: each order of their calls, with crashes, refusals, lost answers and late
 * ones at every call, as many as a budget allows. What two schedules reach alike is looked at once.
 */
final class ModelCheck {

    /** How FusionAuth answers the POST of a link that exists. */
    enum Duplicates {
        REFUSED,
        UNCHANGED,
        OVERWRITTEN
    }

    /** @param late writes whose answer is lost and that are done at any time afterwards, within the minute */
    record Budget(int crashes, int faults, int late) {

        boolean allowsCrash() {
            return crashes > 0;
        }

        Budget lessCrash() {
            return new Budget(crashes - 1, faults, late);
        }

        Budget lessFault() {
            return new Budget(crashes, faults - 1, late);
        }

        Budget lessLate() {
            return new Budget(crashes, faults, late - 1);
        }
    }

    /** @param logs of each actor; the same for all that do nothing any more */
    private record State(Shared world, List<Log> logs, List<Call> late, Budget budget) {}

    /** A world, once for all states that have it: to compare them is to compare references. */
    private static final class Shared {
        private final ModelWorld world;

        Shared(ModelWorld world) {
            this.world = world;
        }
    }

    /** What an actor has been answered so far, once for all states that have it, and what it asks next. */
    private static final class Log {
        private final List<Answered> answers;
        private final Optional<Call> next;
        private final Map<Answered, Log> longer = new HashMap<>();

        Log(List<Answered> answers, Optional<Call> next) {
            this.answers = answers;
            this.next = next;
        }

        Log with(Answered answered, ModelActor actor) {
            return longer.computeIfAbsent(answered, one -> {
                var more = new ArrayList<>(answers);
                more.add(one);
                var call = actor.next(more);
                return call.isPresent() ? new Log(List.copyOf(more), call) : ENDED;
            });
        }
    }

    private static final Log ENDED = new Log(List.of(), Optional.empty());

    private record Step(State state, String what) {}

    /** Who asked for what is done late does not know of it. */
    private static final String LATE = "late";

    private final List<ModelActor> actors;
    private final Duplicates duplicates;
    private final int room;
    private final Set<State> seen = new HashSet<>();
    private final Map<ModelWorld, Shared> worlds = new HashMap<>();
    private final ArrayDeque<String> path = new ArrayDeque<>();

    private Budget wholeBudget = new Budget(0, 0, 0);

    /** @param room how many links the user may have */
    ModelCheck(List<ModelActor> actors, Duplicates duplicates, int room) {
        this.actors = actors;
        this.duplicates = duplicates;
        this.room = room;
    }

    /** Explores everything and returns the number of states; fails with the schedule that breaks a promise. */
    int explore(ModelWorld world, Budget budget) {
        wholeBudget = budget;
        var logs = actors.stream()
                .map(actor -> new Log(List.of(), actor.next(List.of())))
                .toList();
        visit(new State(shared(world), logs, List.of(), budget));
        return seen.size();
    }

    private Shared shared(ModelWorld world) {
        return worlds.computeIfAbsent(world, Shared::new);
    }

    private void visit(State state) {
        if (!seen.add(state)) {
            return;
        }
        requireStored(state);
        var steps = steps(state);
        if (steps.isEmpty()) {
            requireRepairable(state);
        }
        for (var step : steps) {
            path.addLast(step.what());
            visit(step.state());
            path.removeLast();
        }
    }

    private List<Step> steps(State state) {
        var steps = new ArrayList<Step>();
        for (var i = 0; i < actors.size(); i++) {
            var actor = i;
            state.logs().get(i).next.ifPresent(call -> {
                if (mayGoOn(state, actor, call)) {
                    perform(state, actor, call, steps);
                }
            });
        }
        for (var i = 0; i < state.late().size(); i++) {
            var rest = new ArrayList<>(state.late());
            var call = rest.remove(i);
            var world = done(state.world().world, LATE, call).world().hindered(LATE);
            steps.add(new Step(
                    new State(shared(world), state.logs(), List.copyOf(rest), state.budget()), "late: " + said(call)));
        }
        return steps;
    }

    private boolean mayGoOn(State state, int actor, Call call) {
        return switch (call) {
            case Call.Wait wait -> isQuiet(state, actor);
            case Call.WaitForRotation wait -> state.world().world.isRotated();
            default -> true;
        };
    }

    /** Whether nobody else can go on, but who waits too. */
    private boolean isQuiet(State state, int but) {
        if (!state.late().isEmpty()) {
            return false;
        }
        for (var i = 0; i < actors.size(); i++) {
            if (i != but
                    && state.logs()
                            .get(i)
                            .next
                            .filter(call -> !(call instanceof Call.Wait || call instanceof Call.WaitForRotation))
                            .isPresent()) {
                return false;
            }
        }
        return true;
    }

    private void perform(State state, int actor, Call call, List<Step> steps) {
        var world = state.world().world;
        var budget = state.budget();
        var log = state.logs().get(actor);
        if (budget.allowsCrash() && !log.answers.isEmpty()) {
            steps.add(new Step(
                    new State(
                            shared(orphaned(world, log.answers)
                                    .hindered(actors.get(actor).name())),
                            replaced(state.logs(), actor, ENDED),
                            state.late(),
                            budget.lessCrash()),
                    actors.get(actor).name() + " dies before " + said(call)));
        }
        var done = done(world, actors.get(actor).name(), call);
        steps.add(answered(state, actor, call, done.world(), done.answer(), budget, ""));
        if (budget.faults() > 0) {
            switch (call) {
                case Call.Find find ->
                    steps.add(answered(state, actor, call, world, new Answer.Failed(), budget.lessFault(), " fails"));
                case Call.All all ->
                    steps.add(answered(state, actor, call, world, new Answer.Failed(), budget.lessFault(), " fails"));
                case Call.Create create -> {
                    steps.add(
                            answered(state, actor, call, world, doubt(call, true), budget.lessFault(), " is refused"));
                    steps.add(answered(
                            state,
                            actor,
                            call,
                            done.world(),
                            doubt(call, true),
                            budget.lessFault(),
                            " is done in doubt"));
                    steps.add(answered(
                            state,
                            actor,
                            call,
                            done.world(),
                            doubt(call, false),
                            budget.lessFault(),
                            " is done unheard"));
                }
                case Call.Delete delete -> {
                    for (var lie : List.of(new LinkDeletion.Deleted(), new LinkDeletion.NotThere())) {
                        steps.add(answered(
                                state,
                                actor,
                                call,
                                world,
                                new Answer.Deletion(lie),
                                budget.lessFault(),
                                " is said to be done"));
                    }
                    steps.add(
                            answered(state, actor, call, world, doubt(call, true), budget.lessFault(), " is refused"));
                    steps.add(answered(
                            state,
                            actor,
                            call,
                            done.world(),
                            doubt(call, true),
                            budget.lessFault(),
                            " is done in doubt"));
                    steps.add(answered(
                            state,
                            actor,
                            call,
                            done.world(),
                            doubt(call, false),
                            budget.lessFault(),
                            " is done unheard"));
                }
                case Call.Refresh refresh -> {
                    steps.add(answered(
                            state,
                            actor,
                            call,
                            world,
                            new Answer.Token(Optional.empty()),
                            budget.lessFault(),
                            " fails"));
                    if (world.works(refresh.token())) {
                        var lost = done.world().orphaning(done.world().latest(ModelWorld.signIn(refresh.token())));
                        steps.add(answered(
                                state,
                                actor,
                                call,
                                lost,
                                new Answer.Token(Optional.empty()),
                                budget.lessFault(),
                                " is lost"));
                    }
                }
                case Call.SignIn signIn ->
                    steps.add(answered(state, actor, call, world, new Answer.Done(), budget.lessFault(), " fails"));
                case Call.Wait never -> {}
                case Call.WaitForRotation never -> {}
                case Call.Unlink never -> {}
                case Call.Want never -> {}
                case Call.UnlinkElsewhere never -> {}
            }
        }
        if (budget.late() > 0
                && (call instanceof Call.Create || call instanceof Call.Delete || call instanceof Call.SignIn)) {
            var late = new ArrayList<>(state.late());
            late.add(call);
            var step = answered(state, actor, call, world, doubt(call, false), budget.lessLate(), " is done later");
            steps.add(new Step(
                    new State(
                            step.state().world(),
                            step.state().logs(),
                            List.copyOf(late),
                            step.state().budget()),
                    step.what()));
        }
    }

    private record Outcome(ModelWorld world, Answer answer) {}

    private Outcome done(ModelWorld world, String by, Call call) {
        return switch (call) {
            case Call.Find(var identity) -> new Outcome(world, new Answer.One(world.find(identity)));
            case Call.All all -> new Outcome(world, new Answer.Many(world.all()));
            case Call.Create(var link) -> created(world, by, link);
            case Call.Delete(var identity) ->
                world.records().containsKey(identity)
                        ? new Outcome(world.delete(identity), new Answer.Deletion(new LinkDeletion.Deleted()))
                        : new Outcome(world, new Answer.Deletion(new LinkDeletion.NotThere()));
            case Call.Refresh(var token) -> {
                if (!world.works(token)) {
                    yield new Outcome(world, new Answer.Token(Optional.empty()));
                }
                var after = world.refreshed(token);
                yield new Outcome(after, new Answer.Token(Optional.of(after.latest(ModelWorld.signIn(token)))));
            }
            case Call.SignIn signIn -> new Outcome(world.signedIn(), new Answer.Done());
            case Call.Wait wait -> new Outcome(world.after(61_000), new Answer.Done());
            case Call.WaitForRotation wait -> new Outcome(world, new Answer.Done());
            case Call.Unlink(var done) -> new Outcome(world.unlinking(done), new Answer.Done());
            case Call.Want want -> new Outcome(world.wanted(), new Answer.Done());
            case Call.UnlinkElsewhere unlink -> new Outcome(world.unlinkedElsewhere(), new Answer.Done());
        };
    }

    private Outcome created(ModelWorld world, String by, Link link) {
        var there = world.find(link.identity());
        if (there.isPresent() && duplicates == Duplicates.REFUSED) {
            return new Outcome(world, new Answer.Write(new LinkWrite.Refused(409, Set.of())));
        }
        if (there.isPresent() && duplicates == Duplicates.UNCHANGED) {
            return new Outcome(world, new Answer.Write(new LinkWrite.Written(there.get())));
        }
        if (there.isEmpty() && world.records().size() >= room) {
            return new Outcome(world, new Answer.Write(new LinkWrite.Refused(400, Set.of("[LinkCountExceeded]"))));
        }
        var after = world.create(by, link);
        return new Outcome(
                after,
                new Answer.Write(
                        new LinkWrite.Written(after.find(link.identity()).orElseThrow())));
    }

    private static Answer doubt(Call call, boolean answered) {
        return switch (call) {
            case Call.Create create -> new Answer.Write(new LinkWrite.InDoubt(answered));
            case Call.Delete delete -> new Answer.Deletion(new LinkDeletion.InDoubt(answered));
            default -> new Answer.Unheard();
        };
    }

    private Step answered(
            State state, int actor, Call call, ModelWorld world, Answer answer, Budget budget, String how) {
        var log = state.logs().get(actor).with(new Answered(answer, coarse(world)), actors.get(actor));
        var after = budget.equals(state.budget())
                ? world
                : world.hindered(actors.get(actor).name());
        if (call instanceof Call.UnlinkElsewhere && !budget.equals(wholeBudget)) {
            // The shadow that stands there may be that of a rotation which has gone wrong already.
            after = after.hindered(after.ghost().maker());
        }
        return new Step(
                new State(shared(after), replaced(state.logs(), actor, log), state.late(), budget),
                actors.get(actor).name() + ": " + said(call) + how);
    }

    /** An actor's clock ticks in seconds: all that it compares with is longer. */
    private static Instant coarse(ModelWorld world) {
        return world.now().truncatedTo(ChronoUnit.SECONDS);
    }

    private static List<Log> replaced(List<Log> logs, int actor, Log log) {
        var all = new ArrayList<>(logs);
        all.set(actor, log);
        return List.copyOf(all);
    }

    private static String said(Call call) {
        return switch (call) {
            case Call.Find(var identity) -> "read " + identity;
            case Call.All all -> "list";
            case Call.Create(var link) ->
                "create " + link.identity() + " with "
                        + link.token().map(Secret::reveal).orElse("no token");
            case Call.Delete(var identity) -> "delete " + identity;
            case Call.Refresh(var token) -> "refresh " + token;
            case Call.SignIn signIn -> "sign in";
            case Call.Wait wait -> "wait a minute";
            case Call.WaitForRotation wait -> "wait for a rotation";
            case Call.Unlink(var done) -> done ? "unlinked" : "unlink";
            case Call.Want want -> "want it again";
            case Call.UnlinkElsewhere unlink -> "unlink in FusionAuth";
        };
    }

    /** The tokens that die with an actor, unless they are stored. */
    private static ModelWorld orphaned(ModelWorld world, List<Answered> log) {
        var after = world;
        for (var answered : log) {
            if (answered.answer() instanceof Answer.Token(var next) && next.isPresent()) {
                after = after.orphaning(next.get());
            }
        }
        return after;
    }

    /** Never without a working token: what was stored and works stays stored until there is a newer one. */
    private void requireStored(State state) {
        var world = state.world().world;
        if (world.unlinking()) {
            return;
        }
        var latest = world.latest(world.newest());
        var works = world.tokens().anyMatch(world::works);
        if (!works && (!world.singleUse() || world.stored().contains(latest))) {
            throw broken("no record holds a working token", world);
        }
    }

    /** Once everything has ended, one more use makes one plain link of it: the newest sign-in's. */
    private void requireRepairable(State state) {
        var world = used(state.world().world);
        // Left out, and told in docs/rotation.md: the two ways in which an account that another broker unlinked can
        // come
        // back.
        var mayBeBack = world.ghost().excused() && actors.size() > 1;
        if (!mayBeBack && world.records().keySet().stream().anyMatch(Shadow::isShadow)) {
            throw broken("a shadow is left", world);
        }
        var link = world.find(ModelWorld.IDENTITY);
        if (!mayBeBack && link.isPresent() && world.unlinked()) {
            throw broken("an unlinked account is back", world);
        }
        if (link.isEmpty() && !world.unlinking()) {
            throw broken("the account is gone", world);
        }
        link.map(found -> found.token().map(Secret::reveal).orElse("")).ifPresent(token -> {
            if (!mayBeBack && ModelWorld.signIn(token) != world.newest()) {
                throw broken("an older sign-in stands over a newer one", world);
            }
            var latest = world.latest(world.newest());
            var helpless = world.singleUse()
                    && world.orphaned().contains(latest)
                    && !world.stored().contains(latest);
            if (!world.works(token) && !helpless) {
                throw broken("the stored token is spent", world);
            }
        });
    }

    /** A use, more than a minute later; a second one where several claims were left upon each other. */
    private ModelWorld used(ModelWorld ended) {
        var world = ended;
        for (var use = 0; use < 2; use++) {
            world = world.after(61_000);
            var repair = new ModelActor(
                    "repair" + use, calls -> calls.rotation().settle(ModelWorld.USER, ModelWorld.ACCOUNT));
            List<Answered> log = new ArrayList<>();
            for (var call = repair.next(log); call.isPresent(); call = repair.next(log)) {
                var outcome = done(world, repair.name(), call.get());
                world = outcome.world();
                log.add(new Answered(outcome.answer(), world.now()));
            }
        }
        return world;
    }

    private AssertionError broken(String promise, ModelWorld world) {
        return new AssertionError(promise + "\n  " + String.join("\n  ", path) + "\n" + world);
    }
}
