package io.tokenbroker.sandbox.fusionauth;

import io.tokenbroker.sandbox.wire.Request;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What was asked, guarded by this object's monitor: a count for good, the requests themselves for a while. */
final class Traffic {

    /** A request and how it was answered. */
    record Exchange(Request request, int status) {
        @Override
        public String toString() {
            return request.method() + " " + endpoint(request.path()) + " " + status;
        }
    }

    private static final int REMEMBERED = 2000;

    private final Deque<Exchange> recent = new ArrayDeque<>();
    private final Map<String, Integer> counts = new TreeMap<>();

    synchronized void arrived(Request request) {
        counts.merge(request.method() + " " + endpoint(request.path()), 1, Integer::sum);
    }

    synchronized void answered(Request request, int status) {
        recent.add(new Exchange(request, status));
        if (recent.size() > REMEMBERED) {
            recent.removeFirst();
        }
    }

    synchronized List<Exchange> recent() {
        return List.copyOf(recent);
    }

    synchronized Map<String, Integer> counts() {
        return Map.copyOf(counts);
    }

    synchronized void clear() {
        recent.clear();
        counts.clear();
    }

    /** The path with ids, some of which are secret, replaced by {@code *}. */
    private static String endpoint(String path) {
        var slash = path.lastIndexOf('/');
        var last = path.substring(slash + 1);
        var isId = path.startsWith(FusionAuthPendingLinkApi.PATH + "/")
                || Json.uuid(last).isPresent();
        return isId ? path.substring(0, slash) + "/*" : path;
    }
}
