namespace TrackHub.Cli;

/// <summary>Every port of one machine, counted from the port base.</summary>
/// <param name="Base">First port. Default 8400.</param>
internal readonly record struct Ports(int Base)
{
    /// <summary>Ports a system takes from its base.</summary>
    public const int Span = 17;

    /// <summary>Public ingress.</summary>
    public int Ingress => Base;

    /// <summary>Console: API for people and machines.</summary>
    public int Console => Base + 1;

    /// <summary>Stand-in for Meta.</summary>
    public int Simulator => Base + 2;

    /// <summary>Schema registry.</summary>
    public int Registry => Base + 3;

    /// <summary>Kafka.</summary>
    public int Kafka => Base + 4;

    /// <summary>PostgreSQL.</summary>
    public int Postgres => Base + 5;

    /// <summary>Redis.</summary>
    public int Redis => Base + 6;

    /// <summary>Kafka for other machines, where the broker is to have a way in for them.</summary>
    public int NetworkKafka => Base + 7;

    /// <summary>Schema registry for other machines, likewise.</summary>
    public int NetworkRegistry => Base + 8;

    /// <summary>Admin port of a role (<c>/health</c>, <c>/ready</c>, <c>/metrics</c>); the simulator answers on its own port.</summary>
    public int Admin(string role) => Base + role switch
    {
        RoleNames.Ingest => 10,
        RoleNames.Matcher => 11,
        RoleNames.Dispatcher => 12,
        RoleNames.Ledger => 13,
        RoleNames.Metrics => 14,
        RoleNames.Console => 15,
        RoleNames.Broker => 16,
        RoleNames.Simulator => 2,
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "No such role."),
    };
}

/// <summary>The roles as the command line names them.</summary>
internal static class RoleNames
{
    public const string Ingest = "ingest";
    public const string Matcher = "matcher";
    public const string Dispatcher = "dispatcher";
    public const string Ledger = "ledger";
    public const string Metrics = "metrics";
    public const string Console = "console";
    public const string Broker = "broker";
    public const string Simulator = "simulator";

    /// <summary>Every role, in the order they are listed.</summary>
    public static readonly IReadOnlyList<string> All = [Ingest, Matcher, Dispatcher, Ledger, Metrics, Console, Broker, Simulator];
}
