package io.tokenbroker.upstream;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;

/**
 * Sets how the JDK's {@link java.net.HttpURLConnection}, which FusionAuth's client uses, treats connections. It reads these
 * properties once, at its first use, so they are set before there is any bean.
 */
class UrlConnections {

    static void prepare(@Observes @Initialized(ApplicationScoped.class) Object start) {
        // It keeps five idle connections a host otherwise.
        System.setProperty("http.maxConnections", "64");
        // It sends a POST again after the connection has closed otherwise; an authorization code works once.
        System.setProperty("sun.net.http.retryPost", "false");
        // It refuses to tell a proxy a password otherwise.
        System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
    }
}
