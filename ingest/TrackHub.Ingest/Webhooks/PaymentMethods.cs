using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks;

/// <summary>Reads how a buyer pays from the words gateways have for it.</summary>
internal static class PaymentMethods
{
    /// <summary>The method of a word such as <c>creditCard</c>, <c>bank_slip</c> or <c>Cartão de crédito</c>; Unknown where none stands.</summary>
    public static PaymentMethod Of(string? word) => word is null ? PaymentMethod.Unknown
        : HasAny(word, "pix") ? PaymentMethod.Pix
        : HasAny(word, "boleto", "billet", "slip", "ticket") ? PaymentMethod.Boleto
        : HasAny(word, "card", "cartão", "cartao") ? PaymentMethod.Card
        : PaymentMethod.Other;

    private static bool HasAny(string word, params ReadOnlySpan<string> parts)
    {
        foreach (var part in parts)
        {
            if (word.Contains(part, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
