using TrackHub.Schemas;

namespace TrackHub.Ledger.Books;

/// <summary>Sums of <c>book_minutes</c>, or what is to be added to them.</summary>
internal sealed class Tally
{
    /// <summary>Events accepted.</summary>
    public const string Accepted = "accepted";

    /// <summary>Events with an entry that has not ended.</summary>
    public const string Open = "open";

    private readonly Dictionary<string, long> _sums = [];

    /// <summary>Every column, ends by their states' symbols.</summary>
    public static IReadOnlyList<string> Columns { get; } = [Accepted, Open, .. Enum.GetValues<OutcomeState>().Select(Of)];

    /// <summary>A column's sum.</summary>
    public long this[string column] => _sums.GetValueOrDefault(column);

    /// <summary>Whether it adds nothing.</summary>
    public bool IsZero => _sums.Values.All(static sum => sum == 0);

    /// <summary>The column of an end.</summary>
    public static string Of(OutcomeState state) => state.ToSymbol();

    /// <summary>Adds to a column.</summary>
    public void Add(string column, long count) => _sums[column] = this[column] + count;

    /// <summary>Adds another tally, or takes it away.</summary>
    public void Add(Tally other, int times = 1)
    {
        foreach (var (column, sum) in other._sums)
            Add(column, sum * times);
    }
}
