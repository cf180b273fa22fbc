package io.tokenbroker.grant;

import io.tokenbroker.grant.GrantStore.Look.Mark;
import io.tokenbroker.grant.ModelCalls.Call;

/** What brokers do, in words. */
final class ModelWords {

    private ModelWords() {}

    static String said(Call call) {
        return switch (call) {
            case Call.Idle idle -> "is idle";
            case Call.Find find -> "reads the link";
            case Call.DeleteLink delete -> "deletes the link";
            case Call.Authorize authorize -> "lets FusionAuth complete a sign-in";
            case Call.Send send -> "sends " + send.token().reveal();
            case Call.Pause pause -> "pauses before it sends once more";
            case Call.Wait wait -> "waits";
            case Call.LookAt look -> "looks at the row";
            case Call.Version version -> "reads the row's version";
            case Call.Take take -> "asks for the lease on version " + take.version();
            case Call.Keep keep -> "keeps " + keep.token().reveal();
            case Call.Holds holds ->
                "asks whether the row holds " + holds.token().reveal();
            case Call.StartOver begin -> "starts over, having seen version " + begin.seen();
            case Call.End end ->
                end.mark().map(Mark::reason).map(reason -> "marks the account").orElse("ends the lease");
            case Call.Remove remove -> "removes the row";
        };
    }
}
