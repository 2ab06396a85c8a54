using Npgsql;

namespace TrackHub.Platform.Money;

/// <summary>A rate between two currencies.</summary>
/// <param name="Day">Day it counts from, in the time zone of the brand whose amount is converted.</param>
/// <param name="From">Currency of the amount, ISO 4217.</param>
/// <param name="To">Currency it becomes.</param>
/// <param name="Rate">So many of <paramref name="To"/> for one of <paramref name="From"/>, major units.</param>
public sealed record CurrencyRate(DateOnly Day, string From, string To, decimal Rate);

/// <summary>Rates as operators set them. Of a pair the newest that is not younger than the amount counts; neither inverses nor chains are made. Immutable.</summary>
public sealed class RateTable
{
    private readonly Dictionary<(string From, string To), CurrencyRate[]> _rates;

    /// <summary>A table of these rates.</summary>
    public RateTable(IEnumerable<CurrencyRate> rates) => _rates = rates.GroupBy(static rate => (rate.From, rate.To))
        .ToDictionary(static pair => pair.Key, static pair => pair.OrderByDescending(static rate => rate.Day).ToArray());

    /// <summary>No rate.</summary>
    public static RateTable Empty { get; } = new([]);

    /// <summary>Every rate of some pairs.</summary>
    /// <param name="connection">Where to read.</param>
    /// <param name="transaction">In which transaction.</param>
    /// <param name="from">Currencies of amounts.</param>
    /// <param name="to">Currencies they may become.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<RateTable> ReadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IEnumerable<string> from, IEnumerable<string> to, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select day, from_currency, to_currency, rate from currency_rates where from_currency = any($1) and to_currency = any($2)", connection, transaction)
        {
            Parameters = { new() { Value = from.Distinct().ToArray() }, new() { Value = to.Distinct().ToArray() } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rates = new List<CurrencyRate>();
        while (await reader.ReadAsync(cancellationToken))
            rates.Add(new(reader.GetFieldValue<DateOnly>(0), reader.GetString(1), reader.GetString(2), reader.GetDecimal(3)));
        return new(rates);
    }

    /// <summary>An amount in another currency, rounded to its minor unit, halves away from zero.</summary>
    /// <param name="amountMinor">Amount, minor units of <paramref name="from"/>, not negative.</param>
    /// <param name="from">Its currency.</param>
    /// <param name="to">The wanted currency.</param>
    /// <param name="day">Day of the amount.</param>
    /// <returns>Minor units of <paramref name="to"/>; null where no rate of that day or before is set, or the amount is out of all bounds.</returns>
    public long? Convert(long amountMinor, string from, string to, DateOnly day)
    {
        if (from == to)
            return amountMinor;
        if (!_rates.TryGetValue((from, to), out var rates) || Array.Find(rates, rate => rate.Day <= day) is not { } found)
            return null;
        return MinorUnits.TryFromMajor(MinorUnits.ToMajor(amountMinor, from) * found.Rate, to, out var converted) ? converted : null;
    }
}
