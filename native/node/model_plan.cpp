#include <algorithm>
#include <atomic>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "core/ewald.h"
#include "core/total_force_constants.h"
#include "node/objects.h"
#include "node/values.h"

namespace euphonic::node {

// -- Model
// -----------------------------------------------------------------------------------------------------------

namespace {

// Where a typed array's numbers lie; valid while JavaScript keeps the array.
template <typename T>
struct Span {
  const T* data = nullptr;
  std::size_t size = 0;

  Span(const Napi::Object& object, const char* key) {
    const Napi::Value value = object.Get(key);
    if (!value.IsTypedArray()) return;
    const auto array = value.As<Napi::TypedArrayOf<T>>();
    data = array.Data();
    size = array.ElementLength();
  }
  std::vector<T> vector() const { return std::vector<T>(data, data + size); }
};

// The spans of a NativeModelContent, taken on the environment's thread and copied on another.
struct ContentSpans {
  int n_atoms, n_cells;
  Span<double> cell_vectors, atom_r, atom_mass;
  Span<std::int32_t> sc_matrix, cell_origins;
  Span<double> force_constants, born, dielectric;

  explicit ContentSpans(const Napi::Object& content)
      : n_atoms(to_int(content, "nAtoms")),
        n_cells(to_int(content, "nCells")),
        cell_vectors(content, "cellVectors"),
        atom_r(content, "atomR"),
        atom_mass(content, "atomMass"),
        sc_matrix(content, "scMatrix"),
        cell_origins(content, "cellOrigins"),
        force_constants(content, "forceConstants"),
        born(content, "born"),
        dielectric(content, "dielectric") {}

  bool consistent() const {
    const auto n = static_cast<std::size_t>(n_atoms), c = static_cast<std::size_t>(n_cells);
    return cell_vectors.size == 9 && atom_r.size == 3 * n && atom_mass.size == n && sc_matrix.size == 9 &&
           cell_origins.size == 3 * c && force_constants.size == c * 9 * n * n &&
           (born.size == 0 ? dielectric.size == 0 : born.size == 9 * n && dielectric.size == 9);
  }

  std::shared_ptr<const Model> copy() const {
    auto model = copy_of_crystal();
    model->force_constants = force_constants.vector();
    return model;
  }

  // All but the force constants.
  std::shared_ptr<Model> copy_of_crystal() const {
    auto model = std::make_shared<Model>();
    model->n_atoms = n_atoms;
    model->n_cells = n_cells;
    std::copy_n(cell_vectors.data, 9, &model->cell_vectors[0][0]);
    model->atom_r = atom_r.vector();
    model->atom_mass = atom_mass.vector();
    std::copy_n(sc_matrix.data, 9, &model->sc_matrix[0][0]);
    model->cell_origins = cell_origins.vector();
    model->born = born.vector();
    if (dielectric.size == 9) std::copy_n(dielectric.data, 9, &model->dielectric[0][0]);
    return model;
  }
};

void settle_with_error(Settlement& settlement, const char* code, std::string message) {
  settlement.settle([code, message = std::move(message)](Napi::Env env) -> Napi::Value {
    throw coded_error(env, code, message);
  });
}

// Runs `make` on a background thread and settles the promise with its value, wrapped by `wrap_value`.
// `cancelled` is the flag, if any, that makes `make` throw Cancelled.
template <typename Make, typename Wrap>
void settle_in_background(Environment& environment, std::shared_ptr<Settlement> settlement, Make make,
                          Wrap wrap_value, std::shared_ptr<std::atomic<bool>> cancelled = nullptr) {
  auto task = [settlement, make = std::move(make), wrap_value = std::move(wrap_value)] {
    try {
      auto value = make();
      settlement->settle([value, wrap_value](Napi::Env env) { return wrap_value(env, value); });
    } catch (const Cancelled&) {
      settle_with_error(*settlement, "cancelled", "it was cancelled");
    } catch (const std::invalid_argument& error) {
      settle_with_error(*settlement, "invalid_argument", error.what());
    } catch (const std::bad_alloc&) {
      settle_with_error(*settlement, "out_of_memory", "out of memory for a model or its plan");
    } catch (const std::exception& error) {
      settle_with_error(*settlement, "internal", error.what());
    }
  };
  try {
    environment.background.run(std::move(task), std::move(cancelled));
  } catch (const std::system_error& error) {
    settle_with_error(*settlement, "internal", error.what());  // no thread could be started
  }
}

}  // namespace

Napi::Function ModelObject::define(Napi::Env env) {
  return DefineClass(
      env, "Model",
      {InstanceAccessor<&ModelObject::bytes>("bytes"), InstanceMethod<&ModelObject::supercell>("supercell")});
}

Napi::Value ModelObject::create(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto content = info[0].As<Napi::Object>();
  const ContentSpans spans(content);
  if (!spans.consistent()) throw coded_error(env, "internal", "sizes of a model's arrays do not match");
  Environment& environment = Environment::of(env);
  auto settlement = std::make_shared<Settlement>(env, environment.main);
  settlement->keep(content);
  settle_in_background(
      environment, settlement, [spans] { return spans.copy(); },
      [](Napi::Env env, const Held& model) -> Napi::Value {
        return wrap<ModelObject>(env, Environment::of(env).model_class, model);
      });
  return settlement->promise();
}

ModelObject::ModelObject(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<ModelObject>(info), held_(*info[0].As<Napi::External<Held>>().Data()) {}

Napi::Value ModelObject::bytes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(held_->bytes()));
}

namespace {

// A typed array that lies in the model's memory and keeps the model alive.
template <typename T>
Napi::TypedArrayOf<T> shared_array(Napi::Env env, const ModelObject::Held& model,
                                   const std::vector<T>& values) {
  auto* kept = new ModelObject::Held(model);
  const auto buffer = Napi::ArrayBuffer::New(
      env, const_cast<T*>(values.data()), values.size() * sizeof(T),
      [](Napi::Env, void*, ModelObject::Held* held) { delete held; }, kept);
  return Napi::TypedArrayOf<T>::New(env, values.size(), buffer, 0);
}

}  // namespace

Napi::Value ModelObject::supercell(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto value = Napi::Object::New(env);
  value.Set("cellOrigins", shared_array(env, held_, held_->cell_origins));
  value.Set("forceConstants", shared_array(env, held_, held_->force_constants));
  return value;
}

// -- Total force constants
// -------------------------------------------------------------------------------------------

void check_ewald(const Napi::CallbackInfo& info) {
  Model model;
  std::copy_n(info[0].As<Napi::Float64Array>().Data(), 9, &model.cell_vectors[0][0]);
  std::copy_n(info[1].As<Napi::Float64Array>().Data(), 9, &model.dielectric[0][0]);
  try {
    check_ewald_vectors(model);
  } catch (const std::invalid_argument& error) {
    throw coded_error(info.Env(), "invalid_argument", error.what());
  }
}

Napi::Value subtract_dipole_part(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto content = info[0].As<Napi::Object>();
  const int n_threads = info[1].As<Napi::Number>().Int32Value();
  const ContentSpans spans(content);
  if (!spans.consistent() || spans.born.size == 0)
    throw coded_error(env, "internal", "sizes of a polar model's arrays do not match");
  double* force_constants = typed_array<double>(content, "forceConstants").Data();
  Environment& environment = Environment::of(env);
  auto settlement = std::make_shared<Settlement>(env, environment.main);
  settlement->keep(content);
  const auto cancelled = std::make_shared<std::atomic<bool>>(false);
  settle_in_background(
      environment, settlement,
      [spans, force_constants, n_threads, cancelled] {
        subtract_dipole_part(*spans.copy_of_crystal(), force_constants, n_threads, cancelled.get());
        return true;
      },
      [](Napi::Env env, bool) { return env.Undefined(); }, cancelled);
  return settlement->promise();
}

// -- Plan
// ------------------------------------------------------------------------------------------------------------

Napi::Function PlanObject::define(Napi::Env env) {
  return DefineClass(
      env, "Plan",
      {InstanceAccessor<&PlanObject::info>("info"), InstanceAccessor<&PlanObject::bytes>("bytes")});
}

PlanObject::PlanObject(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<PlanObject>(info), held_(*info[0].As<Napi::External<Held>>().Data()) {}

Napi::Value PlanObject::info(const Napi::CallbackInfo& callback) {
  const Napi::Env env = callback.Env();
  const PlanInfo& info = held_->info();
  auto result = Napi::Object::New(env);
  result.Set("ewaldLambda", info.ewald_lambda);
  result.Set("nTerms", static_cast<double>(info.n_terms));
  result.Set("nLatticeVectors", static_cast<double>(info.n_lattice_vectors));
  result.Set("nReciprocal", static_cast<double>(info.n_reciprocal));
  result.Set("inversionCentre", info.inversion_centre);
  result.Set("planSeconds", info.plan_seconds);
  auto notes = Napi::Array::New(env, info.notes.size());
  for (std::uint32_t i = 0; i < info.notes.size(); i++) notes.Set(i, info.notes[i]);
  result.Set("notes", notes);
  return result;
}

Napi::Value PlanObject::bytes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(held_->bytes()));
}

// -- Pool::plan
// ------------------------------------------------------------------------------------------------------

Napi::Value PoolObject::plan(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const ModelObject::Held model = ModelObject::Unwrap(info[0].As<Napi::Object>())->held();
  const auto given = info[1].As<Napi::Object>();
  PlanOptions options;
  const std::string asr = to_string(given, "asr");
  options.asr = asr == "reciprocal"  ? SumRule::reciprocal
                : asr == "realspace" ? SumRule::realspace
                                     : SumRule::none;
  options.dipole = to_bool(given, "dipole");
  options.dipole_parameter = to_double(given, "dipoleParameter");
  Environment& environment = Environment::of(env);
  auto settlement = std::make_shared<Settlement>(env, environment.main);
  const auto cancelled = std::make_shared<std::atomic<bool>>(false);
  const auto progress = std::make_shared<PlanProgress>();
  const int n_threads = handle_->threads;
  settle_in_background(
      environment, settlement,
      [model, options, n_threads, cancelled, progress] {
        return make_plan(model, options, n_threads, cancelled.get(), progress.get());
      },
      [](Napi::Env env, const PlanObject::Held& plan) -> Napi::Value {
        return wrap<PlanObject>(env, Environment::of(env).plan_class, plan);
      },
      cancelled);
  auto planning = Napi::Object::New(env);
  planning.Set("plan", settlement->promise());
  planning.Set("cancel",
               Napi::Function::New(env, [cancelled](const Napi::CallbackInfo&) { *cancelled = true; }));
  planning.Set("fraction", Napi::Function::New(env, [progress](const Napi::CallbackInfo& info) {
                 return Napi::Number::New(info.Env(), progress->fraction());
               }));
  return planning;
}

}  // namespace euphonic::node
