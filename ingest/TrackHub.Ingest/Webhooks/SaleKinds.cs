using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks;

/// <summary>What the ingress must know of canonical kinds.</summary>
internal static class SaleKinds
{
    /// <summary>Kinds that mean money came in: each must name a sale and an amount.</summary>
    public static bool IsPaid(SaleKind kind) => kind is SaleKind.Approved or SaleKind.Renewed;

    /// <summary>Kinds that speak of one sale. Carts, contract-level events and unknown words may name none.</summary>
    public static bool NeedsSaleId(SaleKind kind) => kind is
        SaleKind.Pending or SaleKind.Refused or SaleKind.Expired or SaleKind.Canceled or SaleKind.Approved or SaleKind.Renewed
        or SaleKind.Completed or SaleKind.RefundRequested or SaleKind.Dispute or SaleKind.Refunded or SaleKind.PartiallyRefunded
        or SaleKind.Chargeback;
}
