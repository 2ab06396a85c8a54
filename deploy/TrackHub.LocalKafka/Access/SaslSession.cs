namespace TrackHub.LocalKafka.Access;

/// <summary>How far a connection is with proving who it is.</summary>
internal enum SaslStep
{
    /// <summary>No mechanism is agreed on yet.</summary>
    Mechanism,

    /// <summary>The next frame is the token itself, without a request around it: SaslHandshake version 0.</summary>
    BareToken,

    /// <summary>The next request is a SaslAuthenticate.</summary>
    Token,

    /// <summary>It may ask for everything.</summary>
    Admitted,

    /// <summary>It is told so, then its connection is closed.</summary>
    Refused,
}

/// <summary>One connection's way through SASL/PLAIN. Not thread-safe.</summary>
internal sealed class SaslSession(PasswordFiles users)
{
    /// <summary>The only mechanism.</summary>
    public const string Mechanism = "PLAIN";

    public SaslStep Step { get; private set; }

    /// <summary>The client chooses a mechanism; false if it is another one.</summary>
    /// <param name="bareToken">Its token comes without a request around it.</param>
    public bool Choose(string mechanism, bool bareToken)
    {
        var isOurs = mechanism == Mechanism;
        Step = !isOurs ? SaslStep.Refused : bareToken ? SaslStep.BareToken : SaslStep.Token;
        return isOurs;
    }

    /// <summary>The client shows user and password; false if they are not known.</summary>
    public bool Present(ReadOnlySpan<byte> token)
    {
        var isKnown = PlainToken.TryRead(token, out var user, out var password) && users.Know(user, password);
        Step = isKnown ? SaslStep.Admitted : SaslStep.Refused;
        return isKnown;
    }
}
