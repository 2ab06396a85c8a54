namespace TrackHub.Platform.Tenants;

/// <summary>A value that must not be printed: its text is always <c>***</c>, in logs, in interpolation, in a record's ToString.</summary>
/// <param name="value">The value.</param>
public sealed class Secret<T>(T value)
{
    private readonly T _value = value;

    /// <summary>The value itself. Call it where it is used and nowhere else.</summary>
    public T Reveal() => _value;

    /// <inheritdoc/>
    public override string ToString() => "***";
}
