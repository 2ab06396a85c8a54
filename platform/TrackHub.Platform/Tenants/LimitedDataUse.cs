namespace TrackHub.Platform.Tenants;

/// <summary>Meta's Limited Data Use for people in the United States; no value exists for other countries.</summary>
/// <remarks>Source: Marketing API, "Data processing options".</remarks>
/// <param name="Name">As a setting holds it: <c>geolocate</c>, or a state's two letters.</param>
/// <param name="Country"><c>data_processing_options_country</c>: 1 the United States, 0 where Meta geolocates.</param>
/// <param name="State"><c>data_processing_options_state</c>, 0 where Meta geolocates.</param>
public sealed record LimitedDataUse(string Name, int Country, int State)
{
    private const int FirstState = 1000;

    /// <summary>The states that have a number, in the order of their numbers from 1000 on.</summary>
    private static readonly string[] States = ["CA", "CO", "CT", "FL", "OR", "TX", "MT", "DE", "NE", "NH", "NJ", "MN", "MD", "RI"];

    /// <summary>What a setting takes, for people.</summary>
    public static string Values { get; } = $"geolocate (Meta finds out who it applies to) or a state: {string.Join(", ", States)}";

    /// <summary>Reads a setting; null if it is not one of <see cref="Values"/>.</summary>
    public static LimitedDataUse? Read(string? name) => name switch
    {
        "geolocate" => new(name, 0, 0),
        _ when Array.IndexOf(States, name) is var place and >= 0 => new(name!, 1, FirstState + place),
        _ => null,
    };
}
