"""What the API says of models: what they are, what they lack, their weights and licences."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pocket3d_server.accounts.scopes import Scope
from pocket3d_server.api.context import caller, services
from pocket3d_server.api.schemas import PRICE, Timestamp
from pocket3d_server.models.engine import MissingCode, ModelSpec
from pocket3d_server.models.weights import LicenceTerms
from pocket3d_server.runners.base import FORMATS, SlotState
from pocket3d_server.runners.catalog import Model
from pocket3d_server.times import duration


class FormatLists(BaseModel):
    """What a model takes and makes."""

    input: list[str]
    output: list[str]


class WeightsInfo(BaseModel):
    """The files that a model needs beside its program."""

    size: int = Field(description="Bytes of all files.")
    downloaded: int = Field(description="Bytes that are there.")
    installed: bool
    state: Literal["missing", "partial", "downloading", "installed"] = Field(
        description="`partial`: an installation broke off; it goes on there when it is asked for again."
    )
    speed: float | None = Field(description="Bytes a second of a download; null while that cannot be told.")
    eta_seconds: float | None = Field(description="Until all is there; null while that cannot be told.")
    error: str | None = Field(description="Why the last installation stopped.")
    suggestion: str | None = Field(description="What to do about that.")


class LicenceInfo(BaseModel):
    """What a model's licence asks."""

    name: str
    url: str = Field(description="The whole text.")
    summary: str
    conditions: list[str]
    must_accept: bool = Field(description="Whether it must be accepted before it is installed and runs.")
    accepted: bool
    accepted_by: str | None = Field(description="In whose name. Only for those who may manage models.")
    accepted_at: Timestamp | None


class ModelInfo(BaseModel):
    """A model of this server."""

    model_config = ConfigDict(protected_namespaces=())

    model_id: str
    status: Literal["loaded", "available", "unavailable"]
    gpu_id: int | None
    vram_requirement: int = Field(description="MB; 0 runs on any CPU.")
    processing_count: int
    supported_formats: FormatLists
    description: str
    estimated_time: str = Field(description="Of a medium-quality job, as the model runs on this machine.")
    only_by_name: bool = Field(
        description="There is no GPU for it here: it runs on the CPU, slowly, for those who name it."
    )
    feature: str
    ready: bool
    reason: str | None = Field(description="Why it is not ready.")
    remedy: str | None = Field(description="What to do about it.")
    missing_code: MissingCode | None = Field(description="What is missing, for programs.")
    licence: str
    revision: str
    builtin: bool
    credits: int = Field(ge=0, description=PRICE)
    parameters: dict[str, Any] = Field(description="JSON schema of `parameters`.")
    weights: WeightsInfo | None = Field(description="Null when there is nothing to download.")
    licence_terms: LicenceInfo | None = Field(description="Null when the licence asks nothing unusual.")
    may_manage: bool = Field(
        description="Whether your key may accept licences, install and remove weights (scope `system`)."
    )


class ModelList(BaseModel):
    """All models, best first within a feature."""

    models: list[ModelInfo]


def info_of(model: Model, slots: list[SlotState]) -> ModelInfo:
    """A model as the caller sees it."""
    weights = _weights(model.spec) if model.spec.weights else None
    if weights and weights.installed and model.missing and model.missing.code == "NOT_INSTALLED":
        model = (
            services().catalog.get(model.spec.model_id) or model
        )  # it was installed since this was found out
    spec, missing = model.spec, model.missing
    warm_at = [state for state in slots if spec.model_id in state.models_loaded]
    manages = Scope.SYSTEM in caller().scopes
    formats = [name for name in spec.outputs if name in FORMATS]
    return ModelInfo(
        model_id=spec.model_id,
        status="loaded" if warm_at else "available" if model.ready else "unavailable",
        gpu_id=next((state.slot.gpu_id for state in warm_at), None),
        vram_requirement=spec.vram_mb,
        processing_count=sum(state.current_model == spec.model_id for state in slots),
        supported_formats=FormatLists(input=list(spec.inputs), output=formats),
        description=spec.description,
        estimated_time=f"about {duration(model.here.estimated_seconds)}",
        only_by_name=model.only_by_name,
        feature=spec.feature,
        ready=model.ready,
        reason=missing.reason if missing else None,
        remedy=missing.remedy if missing else None,
        missing_code=missing.code if missing else None,
        licence=spec.licence,
        revision=spec.revision,
        builtin=spec.builtin,
        credits=spec.credits,
        parameters=spec.parameters.model_json_schema(),
        weights=weights,
        licence_terms=_licence(spec, spec.licence_terms, manages) if spec.licence_terms else None,
        may_manage=manages,
    )


def _weights(spec: ModelSpec) -> WeightsInfo:
    here = services().installer.state(spec)
    return WeightsInfo(
        size=here.size,
        downloaded=here.downloaded,
        installed=here.state == "installed",
        state=here.state,
        speed=round(here.speed) if here.speed is not None else None,
        eta_seconds=round(here.eta_seconds, 1) if here.eta_seconds is not None else None,
        error=here.error,
        suggestion=here.suggestion,
    )


def _licence(spec: ModelSpec, terms: LicenceTerms, manages: bool) -> LicenceInfo:
    acceptance = services().shelf.licences.accepted(spec)
    return LicenceInfo(
        name=terms.name,
        url=terms.url,
        summary=terms.summary,
        conditions=list(terms.conditions),
        must_accept=terms.must_accept,
        accepted=acceptance is not None,
        accepted_by=acceptance.name if acceptance and manages else None,
        accepted_at=datetime.fromisoformat(acceptance.accepted_at) if acceptance else None,
    )
