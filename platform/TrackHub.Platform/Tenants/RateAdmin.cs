using TrackHub.Platform.Money;

namespace TrackHub.Platform.Tenants;

/// <summary>What operators change about currency rates.</summary>
internal sealed class RateAdmin(Func<CancellationToken, Task<AdminChange>> begin)
{
    // Twelve decimals and nine digits: any rate there is, and the product with any amount stays exact.
    private const decimal Least = 0.000000000001m;
    private const decimal Largest = 1_000_000_000m;

    public async Task<CurrencyRate> SetAsync(DateOnly day, string from, string to, decimal rate, CancellationToken cancelled)
    {
        var wanted = new CurrencyRate(day, Currency(from), Currency(to), rate);
        if (wanted.From == wanted.To)
            throw new AdminException($"{wanted.From} to itself needs no rate.");
        if (rate is < Least or > Largest)
            throw new AdminException($"{rate} is no rate: one {wanted.From} is worth {Least} to {Largest} {wanted.To}.");

        await using var change = await begin(cancelled);
        await change.ExecuteAsync(
            """
            insert into currency_rates (day, from_currency, to_currency, rate) values ($1, $2, $3, $4)
            on conflict (day, from_currency, to_currency) do update set rate = excluded.rate, version = default
            """, cancelled, wanted.Day, wanted.From, wanted.To, wanted.Rate);
        await change.CommitAsync(
            "rate.set", $"{wanted.From}/{wanted.To}", cancelled,
            ("day", wanted.Day.ToString("O", System.Globalization.CultureInfo.InvariantCulture)), ("rate", wanted.Rate.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return wanted;
    }

    public async Task<IReadOnlyList<CurrencyRate>> ListAsync(CancellationToken cancelled)
    {
        await using var change = await begin(cancelled);
        return await change.QueryAsync(
            "select day, from_currency, to_currency, rate from currency_rates order by from_currency, to_currency, day desc",
            static row => new CurrencyRate(row.GetFieldValue<DateOnly>(0), row.GetString(1), row.GetString(2), row.GetDecimal(3)), cancelled);
    }

    private static string Currency(string code) => code.Trim().ToUpperInvariant() is { Length: 3 } read && read.All(char.IsAsciiLetterUpper)
        ? read
        : throw new AdminException($"'{code}' is no currency: three letters of ISO 4217, such as BRL.");
}
