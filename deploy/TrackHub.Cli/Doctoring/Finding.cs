namespace TrackHub.Cli.Doctoring;

/// <summary>How bad a finding is.</summary>
internal enum Verdict
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works now; will hurt, or costs sales that nobody sees.</summary>
    Warning,

    /// <summary>Something does not work, or acknowledged data is in danger.</summary>
    Fault,
}

/// <summary>One thing looked at.</summary>
/// <param name="Check">What, as <c>where: which</c>.</param>
/// <param name="Verdict">How bad.</param>
/// <param name="Found">What is the case, with value and limit; never a secret.</param>
/// <param name="Remedy">What to do; null where nothing is.</param>
internal sealed record Finding(string Check, Verdict Verdict, string Found, string? Remedy = null)
{
    /// <summary>As it should be.</summary>
    public static Finding Ok(string check, string found) => new(check, Verdict.Ok, found);

    /// <summary>Ok if the condition holds; else what <paramref name="otherwise"/> says.</summary>
    public static Finding Expect(bool holds, string check, string found, Verdict otherwise, string remedy) =>
        holds ? Ok(check, found) : new(check, otherwise, found, remedy);
}
