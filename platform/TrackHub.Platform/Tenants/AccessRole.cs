namespace TrackHub.Platform.Tenants;

/// <summary>What somebody may do in a tenant's pages; each role may do what those before it may.</summary>
public enum AccessRole
{
    /// <summary>Look.</summary>
    Viewer,

    /// <summary>Also act on what is there: alarms, replays, dead letters.</summary>
    Operator,

    /// <summary>Also change settings and keys.</summary>
    Admin,
}

/// <summary>Roles as they are stored and typed: <c>viewer</c>, <c>operator</c>, <c>admin</c>.</summary>
public static class AccessRoles
{
    /// <summary>Every role's name, from the least to the most.</summary>
    public static IReadOnlyList<string> Names { get; } = ["viewer", "operator", "admin"];

    /// <summary>A role's name.</summary>
    public static string NameOf(AccessRole role) => Names[(int)role];

    /// <summary>The role of a stored name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such role.</exception>
    public static AccessRole Parse(string name) => name switch
    {
        "viewer" => AccessRole.Viewer,
        "operator" => AccessRole.Operator,
        "admin" => AccessRole.Admin,
        _ => throw new ArgumentOutOfRangeException(nameof(name), "No such role."),
    };
}
