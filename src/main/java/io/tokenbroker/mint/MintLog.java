package io.tokenbroker.mint;

import io.tokenbroker.activity.HitCounters;
import io.tokenbroker.activity.HitCounters.HitKey;
import io.tokenbroker.activity.Use;
import io.tokenbroker.activity.Use.UsedLink;
import io.tokenbroker.activity.Uses;
import io.tokenbroker.audit.AuditEvent;
import io.tokenbroker.audit.AuditEvent.Action;
import io.tokenbroker.audit.AuditEvent.Actor;
import io.tokenbroker.audit.AuditEvent.Deed;
import io.tokenbroker.audit.AuditEvent.Owned;
import io.tokenbroker.audit.AuditLog;
import io.tokenbroker.audit.Origin;
import io.tokenbroker.audit.Origin.Door;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.Remembered;
import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.mint.MintRequest.Ask;
import io.tokenbroker.mint.MintService.Issued;
import io.tokenbroker.policy.PolicyRules.PolicyRule.Needs;
import io.tokenbroker.policy.PolicyRules.Verdict;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.refresh.AccessToken.Minted.Source;
import io.tokenbroker.refresh.TokenSpec.Target;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** Tells how each mint ended: a metric, the audit log, and the account's activity. */
@Singleton
class MintLog {

    private final AuditLog audit;
    private final Uses uses;
    private final HitCounters hits;
    private final RememberedLinks links;
    private final Providers providers;
    private final MintCounts counts;
    private final Clock clock;

    MintLog(
            AuditLog audit,
            Uses uses,
            HitCounters hits,
            RememberedLinks links,
            Providers providers,
            MintCounts counts,
            Clock clock) {
        this.audit = audit;
        this.uses = uses;
        this.hits = hits;
        this.links = links;
        this.providers = providers;
        this.counts = counts;
        this.clock = clock;
    }

    /**
     * The counter by which a token from memory is told of. Never blocks.
     *
     * @return empty if it is to be written by itself, as any other, or if there is none
     */
    Optional<LongAdder> counter(Ask ask, Optional<Issued> found, Door door) {
        return found.filter(issued -> issued.minted().source() == Source.CACHE && audit.sumsHits())
                .flatMap(issued -> hits.counter(key(ask, issued, door), () -> use(ask, issued, door)));
    }

    void hit(LongAdder counter, Door door, Issued issued) {
        counter.increment();
        counts.minted(door, issued.spec().account(), issued.minted());
    }

    /** The result of the work, which is what a mint takes that memory cannot answer. */
    <T> T timed(Supplier<T> work) {
        return counts.timed(work);
    }

    /**
     * Tells of a token before it leaves. Blocks.
     *
     * @throws BrokerException if it must not leave, for that cannot be written
     */
    void issued(Origin origin, Ask ask, Issued issued) {
        var counter = counter(ask, Optional.of(issued), origin.door());
        if (counter.isPresent()) {
            hit(counter.get(), origin.door(), issued);
            return;
        }
        var use = use(ask, issued, origin.door());
        var deed = deed(ask, use, issued.spec().target().scopes());
        var token = issued.minted().token();
        audit.writeFirst(AuditEvent.of(clock.instant(), deed, origin).withToken(token.value()));
        uses.add(use, clock.instant());
        counts.minted(origin.door(), ask.account(), issued.minted());
    }

    /** Tells of a mint that was refused. Never blocks. */
    void refused(Origin origin, Ask ask, Throwable failure) {
        var type = typeOf(failure);
        counts.refused(origin.door(), Optional.of(ask.account()), type, 1);
        if (!origin.isFirstToTell()) {
            return;
        }
        var target = target(ask);
        var link = links.fresh(ask.account()).map(Remembered::link).map(UsedLink::of);
        var asked = new Use(
                ask.client().name(),
                ask.account(),
                link,
                target.map(Target::resource).orElse(""),
                origin.door(),
                type.code());
        var scopes = target.map(Target::scopes)
                .orElseGet(() -> Objects.requireNonNullElse(ask.request().scopes(), List.of()));
        var isPermitted = target.filter(wanted -> isPermitted(ask, wanted)).isPresent();
        uses.add(isPermitted ? asked : asked.withoutResource(), clock.instant());
        audit.refused(deed(ask, asked, scopes), origin);
    }

    /** Tells of what was refused before it was known what was asked. Never blocks. */
    void refused(Origin origin, Caller.Client client, String code) {
        if (origin.isFirstToTell()) {
            audit.refused(deed(client, origin.door(), code), origin);
        }
    }

    /** Tells of several mints that the client's rate has refused; of these there may be any number. Never blocks. */
    void refusedByRate(Origin origin, Caller.Client client, BrokerException refusal, int mints) {
        counts.refused(origin.door(), Optional.empty(), refusal.type(), mints);
        if (origin.isFirstToTell()) {
            audit.sum(deed(client, origin.door(), refusal.type().code()), mints, clock.instant());
        }
    }

    /** Counts a refusal that is told of where it leaves. */
    void count(Origin origin, BrokerException refused) {
        counts.refused(origin.door(), Optional.empty(), refused.type(), 1);
    }

    private static Deed deed(Caller.Client client, Door door, String code) {
        return Deed.of(Action.MINT, Actor.of(client), Optional.empty(), door, code);
    }

    private static Deed deed(Ask ask, Use use, List<String> scopes) {
        var account = new Owned(use.account(), use.link().map(UsedLink::owner));
        return new Deed(
                Action.MINT,
                Actor.of(ask.client()),
                Optional.of(account),
                use.resource(),
                scopes,
                use.door(),
                use.outcome());
    }

    private static HitKey key(Ask ask, Issued issued, Door door) {
        var spec = issued.spec();
        return new HitKey(
                spec.remembered().epoch(), ask.client().name(), spec.target().resource(), door);
    }

    private static Use use(Ask ask, Issued issued, Door door) {
        return new Use(
                ask.client().name(),
                ask.account(),
                Optional.of(UsedLink.of(issued.spec().remembered().link())),
                issued.spec().target().resource(),
                door,
                issued.minted().source().word);
    }

    /** What was asked for, as far as that can be said without asking anything. */
    private Optional<Target> target(Ask ask) {
        try {
            return providers
                    .remembered(ask.account().providerId())
                    .map(provider -> ask.request().target(provider));
        } catch (BrokerException malformed) {
            return Optional.empty();
        }
    }

    private static boolean isPermitted(Ask ask, Target target) {
        var policy = ask.client().policy();
        return policy.judge(Needs.ACCOUNT, ask.query()).allMatch(Verdict::allowed)
                && policy.judge(Needs.TARGET, ask.query(target)).allMatch(Verdict::allowed);
    }

    /** What is thrown on another thread arrives wrapped. */
    private static ProblemType typeOf(Throwable failure) {
        var cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        return cause instanceof BrokerException problem ? problem.type() : ProblemType.INTERNAL_ERROR;
    }
}
