package io.tokenbroker.tenant;

import jakarta.ws.rs.client.ClientRequestContext;
import jakarta.ws.rs.client.ClientResponseContext;
import jakarta.ws.rs.client.ClientResponseFilter;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jboss.resteasy.reactive.client.impl.ClientRequestContextImpl;

/** Closes the connection of an answer that is not read to its end. The client would drain it, which may take for ever. */
public class UnfinishedAnswers implements ClientResponseFilter {

    @Override
    public void filter(ClientRequestContext request, ClientResponseContext response) {
        if (request instanceof ClientRequestContextImpl ours && response.hasEntity()) {
            var answer = ours.getRestClientRequestContext().getVertxClientResponse();
            response.setEntityStream(
                    new Body(response.getEntityStream(), () -> answer.request().reset()));
        }
    }

    private static final class Body extends FilterInputStream {

        private final Runnable breakOff;
        private boolean isRead;

        Body(InputStream in, Runnable breakOff) {
            super(in);
            this.breakOff = breakOff;
        }

        @Override
        public int read() throws IOException {
            return noted(super.read());
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return noted(super.read(into, offset, length));
        }

        @Override
        public void close() throws IOException {
            super.close();
            if (!isRead) {
                breakOff.run();
            }
        }

        private int noted(int result) {
            isRead |= result < 0;
            return result;
        }
    }
}
