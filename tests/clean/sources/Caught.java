import java.io.FileInputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Provokes exceptions, catches them and prints their stack traces, as servers do in their logs. */
public class Caught {
    @Deprecated
    static int old() {
        return Integer.parseInt("not a number");
    }

    interface Step {
        void run() throws Exception;
    }

    static void attempt(String name, Step step) {
        try {
            step.run();
        } catch (Exception error) {
            System.out.println("WARN attempt '" + name + "' failed, going on: " + error.getMessage());
            new IllegalStateException("while trying " + name, error).printStackTrace(System.out);
        }
    }

    public static void main(String[] arguments) {
        List raw = new ArrayList();
        raw.add("unchecked");
        attempt("number", () -> old());
        attempt("file", () -> new FileInputStream("/home/user/none/at/all").read());
        attempt("null", () -> ((String) null).length());
        attempt("cast", () -> System.out.println(((Integer) raw.get(0)) + 1));
        attempt("bounds", () -> raw.get(7));
        attempt("refused", () -> new Socket("127.0.0.1", 9).close());
        attempt("class", () -> Class.forName("org.example.Missing"));
        attempt("io", () -> { throw new IOException("No space left in this made-up place"); });
        System.out.println("8 attempts made, 8 failures handled, exit 0");
    }
}
